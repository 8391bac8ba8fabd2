package workshop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// LoadProgress reads how far the learner has come. A file that cannot be understood is kept under another name: told is
// what to say about it.
func (c Checkout) LoadProgress() (p *Progress, told string, err error) {
	path := c.own("workshop.json")
	p = &Progress{}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	if err := json.Unmarshal(text, p); err == nil {
		return p, "", nil
	}
	aside := path + ".damaged-" + stamp()
	if err := os.Rename(path, aside); err != nil {
		return nil, "", err
	}
	return &Progress{}, fmt.Sprintf(".kubepath/workshop.json was damaged: it is kept as %s, and progress begins anew", filepath.Base(aside)), nil
}

// UpdateProgress changes the progress, also where several commands do so at the same time.
func (c Checkout) UpdateProgress(change func(*Progress)) (told string, err error) {
	unlock, err := c.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	p, told, err := c.LoadProgress()
	if err != nil {
		return "", err
	}
	change(p)
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return told, err
	}
	return told, writeWhole(c.own("workshop.json"), append(text, '\n'))
}

func (c Checkout) lock() (unlock func() error, err error) {
	if err := os.MkdirAll(c.own(), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(c.own("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file.Close, nil
}

// writeWhole puts the file in place in one step: a reader sees the old text or the new one.
func writeWhole(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already when all went well
	_, err = file.Write(text)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// stamp is a time as part of a file's name.
func stamp() string { return time.Now().Format("20060102-150405.000") }
