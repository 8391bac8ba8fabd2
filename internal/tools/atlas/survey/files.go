package survey

import (
	"bytes"
	"encoding/json"
	"os"

	"kubepath/internal/tools/atlas"
	"kubepath/internal/tools/symbols"
)

// File is a generated file as it should be.
type File struct {
	Name string // from the checkout's root
	Text []byte

	path string
}

// Behind tells that the file is not there or reads otherwise.
func (f File) Behind() bool {
	now, err := os.ReadFile(f.path)
	return err != nil || !bytes.Equal(now, f.Text)
}

// Files makes all that is generated from the map and from the code.
func Files(index *symbols.Index) ([]File, error) {
	interfaces, err := Read(index.Root())
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(interfaces, "", "\t")
	if err != nil {
		return nil, err
	}
	upstream, err := atlas.UpstreamPage(atlas.Rows(), index)
	if err != nil {
		return nil, err
	}
	files := []File{
		{Name: "internal/tools/atlas/implements.json", Text: append(data, '\n')},
		{Name: "docs/upstream.md", Text: upstream},
		{Name: "docs/implements.md", Text: atlas.ImplementsPage(interfaces)},
	}
	for i := range files {
		files[i].path = index.Path(files[i].Name)
	}
	return files, nil
}
