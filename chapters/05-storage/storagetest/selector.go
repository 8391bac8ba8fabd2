package storagetest

var selectorCases = []testCase{}
