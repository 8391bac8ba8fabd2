// Command refresh brings the pages up to date with the sources and with what their commands print: scripts/docs.
package main

import (
	"flag"
	"fmt"
	"os"
	"path"
	"slices"
	"sync"

	"kubepath/internal/tools/docs"
)

func main() {
	costs := flag.Bool("costs", false, "measure what the layers cost anew, for the tables")
	flag.Parse()
	ok, err := refresh(flag.Args(), *costs)
	if err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// refresh mends the named pages, or all, and says what it did and what is left to do.
func refresh(names []string, costs bool) (ok bool, err error) {
	course, err := docs.Open("")
	if err != nil {
		return false, err
	}
	defer course.Close()
	if costs {
		if err := course.Measure(); err != nil {
			return false, err
		}
	}
	files, err := course.Files()
	if err != nil {
		return false, err
	}
	if files, err = selected(files, names); err != nil {
		return false, err
	}
	var pages sync.WaitGroup
	var printing sync.Mutex
	turns := make(chan struct{}, 2)
	ok = true
	for _, file := range files {
		pages.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			mended, left, err := course.Refresh(file)
			printing.Lock()
			defer printing.Unlock()
			ok = report(file, mended, left, err) && ok
		})
	}
	pages.Wait()
	for _, missed := range course.Missed() {
		fmt.Println("not looked up:", missed)
	}
	return ok, nil
}

// selected are the files that the words name: docs/07-etcd3.md, 07-etcd3.md, 07-etcd3 or all for none.
func selected(files, names []string) ([]string, error) {
	if len(names) == 0 {
		return files, nil
	}
	var found []string
	for _, name := range names {
		i := slices.IndexFunc(files, func(file string) bool {
			return file == name || path.Base(file) == path.Base(name) || path.Base(file) == path.Base(name)+".md"
		})
		if i < 0 {
			return nil, fmt.Errorf("there is no page %s", name)
		}
		found = append(found, files[i])
	}
	return found, nil
}

func report(file string, mended, left []docs.Finding, err error) (ok bool) {
	for _, f := range mended {
		fmt.Printf("mended %s:%d: %s\n", f.File, f.Line, f.Problem)
	}
	for _, f := range left {
		fmt.Println(f)
	}
	if err != nil {
		fmt.Printf("%s: %v\n", file, err)
	}
	return len(left) == 0 && err == nil
}
