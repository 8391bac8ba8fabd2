package storagetest

var concurrencyCases = []testCase{}
