package storagetest

var listCases = []testCase{}
