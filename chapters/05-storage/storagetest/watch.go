package storagetest

var watchCases = []testCase{}
