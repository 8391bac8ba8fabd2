package atlas

func ImplementsPage(all []Interface) []byte { return nil }
