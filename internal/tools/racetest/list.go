package racetest

import (
	"errors"
	"fmt"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// listOptions are those of a list: "continue" goes on with the token that the actor got last.
func (a *Actor) listOptions(line Line) (storage.ListOptions, error) {
	opts := storage.ListOptions{Recursive: true}
	opts.ResourceVersion, _ = a.versionOf(line)
	match, _ := line.Option("match")
	opts.ResourceVersionMatch = metav1.ResourceVersionMatch(match)
	if text, ok := line.Option("limit"); ok {
		limit, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return opts, err
		}
		opts.Predicate.Limit = limit
	}
	if _, ok := line.Option("continue"); ok {
		if a.token == "" {
			return opts, fmt.Errorf("%s has no token to continue with", a.Name)
		}
		opts.Predicate.Continue = a.token
	}
	return opts, nil
}

// rememberToken keeps the token that an error brings in place of an expired one.
func (a *Actor) rememberToken(err error) {
	var ours *storage.Error
	if errors.As(err, &ours) && ours.Continue != "" {
		a.token = ours.Continue
	}
}

// showList is a list in a few words, and where it goes on.
func (a *Actor) showList(list runtime.Object, m metav1.ListInterface) string {
	text := fmt.Sprintf("rv=%s %s", m.GetResourceVersion(), a.showItems(list))
	if token := m.GetContinue(); token != "" {
		text += ", " + showToken(token)
	}
	return text
}
