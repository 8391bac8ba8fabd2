package storagetest

var contractCases = []testCase{}
