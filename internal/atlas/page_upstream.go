package atlas

import "kubepath/internal/symbols"

func UpstreamPage(rows []Row, index *symbols.Index) ([]byte, error) { return nil, nil }
