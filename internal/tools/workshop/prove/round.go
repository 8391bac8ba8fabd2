package main

import (
	"slices"

	"kubepath/internal/tools/workshop"
)

// round is one run of go test over many exercises, each with another file in place of its learner's.
type round struct {
	name  string // stub, solution, ...
	flags []string
	// variant is what stands in place of the learner's file of an exercise. ok is false where the round has nothing to do.
	variant func(e *workshop.Exercise) (v variant, ok bool)
}

// variant is a text of the learner's file, and the tests that refuse it.
type variant struct {
	name  string
	file  string
	fails []string
}

// rounds are all that there is to prove by tests. The tests of mutants are not vetted: a mutant may be odd.
func rounds(exercises []*workshop.Exercise) []round {
	stub := func(e *workshop.Exercise) (variant, bool) {
		return variant{"the stub", workshop.StubFile, e.StubFails}, true
	}
	solution := func(e *workshop.Exercise) (variant, bool) {
		return variant{"the solution", workshop.SolutionFile, nil}, true
	}
	all := []round{
		{"stub", nil, stub},
		{"solution", nil, solution},
		{"solution -race", []string{"-race", "-vet=off"}, solution},
	}
	most := 0
	for _, e := range exercises {
		most = max(most, len(e.Mutants))
	}
	for i := range most {
		mutant := func(e *workshop.Exercise) (variant, bool) {
			if i >= len(e.Mutants) {
				return variant{}, false
			}
			m := e.Mutants[i]
			return variant{"mutant " + m.Name, m.File, m.Fails}, true
		}
		all = append(all, round{"mutants", []string{"-vet=off"}, mutant})
	}
	return all
}

// differences says where the tests that failed are not those that should, and what to do.
func (v variant) differences(r *workshop.Report) []string {
	if r.Build != "" {
		return []string{v.name + " does not compile: mend " + v.file + "\n" + r.Build}
	}
	failing := r.Failing()
	if len(failing) == 0 && len(v.fails) > 0 {
		return []string{v.name + " passes every test, also those that it should fail: the tests have to ask for more, or " + v.file + " is right after all"}
	}
	var found []string
	for _, name := range failing {
		if !slices.Contains(v.fails, name) {
			found = append(found, v.name+" fails "+name+": "+v.advice()+firstMessage(r, name))
		}
	}
	for _, name := range v.fails {
		if !slices.Contains(failing, name) {
			found = append(found, v.name+" passes "+name+", which should refuse it: take it off the list, or make the test ask for more")
		}
	}
	if len(found) == 0 && len(failing) == 0 && !r.OK() {
		found = append(found, v.name+" passes its tests, but the run fails:\n"+r.Output)
	}
	return found
}

func (v variant) advice() string {
	if v.fails == nil {
		return "mend " + v.file + " or the test"
	}
	return "put it on the list, or mend the test"
}

func firstMessage(r *workshop.Report, name string) string {
	for _, t := range r.Tests {
		if t.Name == name && len(t.Messages) > 0 {
			return "\n" + t.Messages[0].Place + " " + t.Messages[0].Text
		}
	}
	return ""
}
