package storagetest

var getCases = []testCase{}
