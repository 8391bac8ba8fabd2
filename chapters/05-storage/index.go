package storage

// MatchValue is one entry of an index: the objects whose attribute called Index has this Value.
// Upstream: storage.MatchValue.
type MatchValue struct{ IndexName, Value string }

// FieldIndex names the index over a field (spec.nodeName).
func FieldIndex(field string) string { return "f:" + field }

// LabelIndex names the index over a label.
func LabelIndex(label string) string { return "l:" + label }

// MatcherIndex lists, for the indexed fields and labels, the entries that the predicate requires: all that it wants is
// in each of them. None: the predicate needs a scan. Upstream: SelectionPredicate.MatcherIndex.
func (p SelectionPredicate) MatcherIndex(fieldNames, labelNames []string) []MatchValue {
	var found []MatchValue
	for _, field := range fieldNames {
		if value, ok := p.exact(field); ok {
			found = append(found, MatchValue{FieldIndex(field), value})
		}
	}
	if p.Label == nil {
		return found
	}
	for _, label := range labelNames {
		if value, ok := p.Label.RequiresExactMatch(label); ok {
			found = append(found, MatchValue{LabelIndex(label), value})
		}
	}
	return found
}
