package storagetest

var pageCases = []testCase{}
