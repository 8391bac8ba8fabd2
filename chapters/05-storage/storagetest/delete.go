package storagetest

var deleteCases = []testCase{}
