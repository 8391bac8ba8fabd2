package storagetest

var updateCases = []testCase{}
