package patch

// scan looks through the fields of one owner, as they are stored, for those that changed. It decodes nothing: most
// writes leave most owners as they are.
type scan struct {
	raw  []byte
	at   int
	hits counts // changed fields that the owner has
	odd  bool   // not what the library would have written here
}

// scanFields counts which of the changed fields an owner has. It fails (ok is false) where the text is not as the
// library writes it, or names parts of what the schema says is one value: the library brings that up to date.
func scanFields(raw []byte, p *plan, changes []changed) (hits counts, ok bool) {
	s := &scan{raw: raw}
	if !s.take('{') || s.peek() == '}' {
		return hits, false
	}
	s.fields(p, changes)
	return s.hits, !s.odd && s.at == len(raw)
}

func (s *scan) peek() byte {
	if s.at < len(s.raw) {
		return s.raw[s.at]
	}
	return 0
}

func (s *scan) take(c byte) bool {
	if s.peek() != c {
		s.odd = true
		return false
	}
	s.at++
	return true
}

// fields reads what stands between braces, of which the first is taken. member: the value itself is the owner's.
func (s *scan) fields(p *plan, changes []changed) (member bool) {
	if s.peek() == '}' {
		s.at++
		return true
	}
	only := true
	for !s.odd {
		name := s.name()
		if !s.take(':') || !s.take('{') {
			return false
		}
		if len(name) == 1 && name[0] == '.' {
			member = true
			s.take('}')
		} else {
			only = false
			s.field(name, p, changes)
		}
		if s.peek() == '}' {
			s.at++
			s.odd = s.odd || only // {".":{}} is written {}
			return member
		}
		s.take(',')
	}
	return false
}

// name reads a quoted name. It stays as it is written.
func (s *scan) name() []byte {
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

func (s *scan) field(name []byte, p *plan, changes []changed) {
	var next *plan
	if p != nil {
		next = p.step(name)
		s.odd = s.odd || next == nil && p.form == one
	}
	var found *changed
	for i := range changes {
		if string(name) == changes[i].name {
			found = &changes[i]
			break
		}
	}
	if found == nil {
		s.fields(next, nil)
		return
	}
	if !s.fields(next, found.below) {
		return
	}
	switch {
	case found.mark == removed:
		s.hits.removed++
	case found.mark != onTheWay && !found.unowned:
		s.hits.written++
	case found.mark != onTheWay:
		s.odd = true // an owner of what has none
	}
}
