package storagetest

var hintCases = []testCase{}
