package registry

import (
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
)

const (
	longestName  = 63 // a DNS label
	randomLength = 5

	// nameAttempts is how many names are tried for one generateName before the client is asked to try again: with a
	// million names below one prefix, about one create in a thousand finds all of them taken.
	nameAttempts = 8
)

// generateName puts five random characters, without vowels so that they form no words, behind as much of prefix as
// leaves the name a DNS label. Upstream: names.SimpleNameGenerator.
func generateName(prefix string) string {
	if most := longestName - randomLength; len(prefix) > most {
		prefix = prefix[:most]
	}
	return prefix + rand.String(randomLength)
}

// newUID is unique over all objects and all time.
func newUID() types.UID { return uuid.NewUUID() }
