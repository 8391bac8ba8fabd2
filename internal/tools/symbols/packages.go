package symbols

import (
	"fmt"
	"slices"
	"strings"
)

// declared is all symbols of a package, or of one file of it.
type declared struct {
	byName map[string][]Symbol // several where files for different platforms declare the same
	embeds map[string][]string
}

func declaredIn(sources ...*source) *declared {
	d := &declared{byName: map[string][]Symbol{}, embeds: map[string][]string{}}
	for _, s := range sources {
		for _, symbol := range s.symbols {
			d.byName[symbol.Name] = append(d.byName[symbol.Name], symbol)
		}
		for name, types := range s.embeds {
			d.embeds[name] = append(d.embeds[name], types...)
		}
	}
	return d
}

// find returns a symbol, also where a type has a member only by embedding.
func (d *declared) find(name string) (Symbol, bool) {
	name, kind := plain(name)
	for _, symbol := range d.byName[name] {
		if kind == "" || kind == symbol.Kind {
			return symbol, true
		}
	}
	typ, member, ok := strings.Cut(name, ".")
	if !ok {
		return Symbol{}, false
	}
	return d.promoted(typ, member, nil)
}

// promoted looks in what is embedded, and ends at types that it has seen.
func (d *declared) promoted(typ, member string, seen []string) (Symbol, bool) {
	for _, embedded := range d.embeds[typ] {
		if slices.Contains(seen, embedded) {
			continue
		}
		if found := d.byName[embedded+"."+member]; len(found) > 0 {
			return found[0], true
		}
		if found, ok := d.promoted(embedded, member, append(seen, typ)); ok {
			return found, true
		}
	}
	return Symbol{}, false
}

// missing says that a symbol is not there, and names one that differs only in its case or its type, if there is one.
func (d *declared) missing(where, name string) error {
	name, _ = plain(name)
	last := name[strings.LastIndex(name, ".")+1:]
	var near []string
	for known := range d.byName {
		if strings.EqualFold(known, name) || strings.HasSuffix(known, "."+last) || known == last {
			near = append(near, known)
		}
	}
	if len(near) == 0 {
		return fmt.Errorf("%s declares no %s", where, name)
	}
	slices.Sort(near)
	return fmt.Errorf("%s declares no %s; it has %s", where, name, strings.Join(near[:min(len(near), 5)], ", "))
}
