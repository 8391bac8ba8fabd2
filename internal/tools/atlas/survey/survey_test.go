package survey_test

import (
	"testing"

	"kubepath/internal/tools/atlas/survey"
	"kubepath/internal/tools/symbols"
)

func TestWhatIsGeneratedIsUpToDate(t *testing.T) {
	t.Parallel()
	index, err := symbols.Open("")
	if err != nil {
		t.Fatal(err)
	}
	files, err := survey.Files(index)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Behind() {
			t.Errorf("%s is behind the sources; run scripts/docs, or: go run ./internal/tools/atlas/refresh", f.Name)
		}
	}
}
