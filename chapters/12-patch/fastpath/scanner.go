package fastpath

// scanner looks for changed fields in the stored fields of one manager, FieldsV1, without decoding them: most writes do not
// change the fields of most managers.
type scanner struct {
	raw       []byte
	at        int
	found     counts // changed fields that the manager has
	malformed bool   // structured-merge-diff would have written another text
}

// scan counts the changed fields that a manager has. ok is false if structured-merge-diff would have written another text, or
// if it names parts of an atomic value: the plain field manager corrects both.
func scan(raw []byte, info *typeInfo, changes []fieldChange) (found counts, ok bool) {
	s := &scanner{raw: raw}
	if !s.take('{') || s.peek() == '}' {
		return found, false
	}
	s.fields(info, changes)
	return s.found, !s.malformed && s.at == len(raw)
}

func (s *scanner) peek() byte {
	if s.at < len(s.raw) {
		return s.raw[s.at]
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		s.malformed = true
		return false
	}
	s.at++
	return true
}

// fields reads the fields up to the closing brace. member: the manager has the value itself.
func (s *scanner) fields(info *typeInfo, changes []fieldChange) (member bool) {
	if s.peek() == '}' {
		s.at++
		return true
	}
	only := true
	for !s.malformed {
		name := s.name()
		if !s.take(':') || !s.take('{') {
			return false
		}
		if len(name) == 1 && name[0] == '.' {
			member = true
			s.take('}')
		} else {
			only = false
			s.field(name, info, changes)
		}
		if s.peek() == '}' {
			s.at++
			s.malformed = s.malformed || only // {".":{}} is written {}
			return member
		}
		s.take(',')
	}
	return false
}

// name reads a quoted name. It does not unescape it.
func (s *scanner) name() []byte {
	if !s.take('"') {
		return nil
	}
	start := s.at
	for s.at < len(s.raw) && s.raw[s.at] != '"' {
		if s.raw[s.at] == '\\' {
			s.at++
		}
		s.at++
	}
	name := s.raw[min(start, len(s.raw)):min(s.at, len(s.raw))]
	s.take('"')
	return name
}

func (s *scanner) field(name []byte, info *typeInfo, changes []fieldChange) {
	var below *typeInfo
	if info != nil {
		below = info.element(name)
		s.malformed = s.malformed || below == nil && info.kind == atomicType
	}
	var change *fieldChange
	for i := range changes {
		if string(name) == changes[i].name {
			change = &changes[i]
			break
		}
	}
	if change == nil {
		s.fields(below, nil)
		return
	}
	if !s.fields(below, change.below) {
		return
	}
	switch {
	case change.change == removed:
		s.found.removed++
	case change.writes():
		s.found.written++
	case change.change != unchanged:
		s.malformed = true // a stripped field has a manager
	}
}
