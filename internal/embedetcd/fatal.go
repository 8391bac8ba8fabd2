package embedetcd

import (
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// silent is a logger that writes nothing. etcd ends the process with log.Fatal when its data cannot be read or written;
// behind a silent logger that would be an exit without a word, so a fatal entry becomes a panic that says why.
func silent() *zap.Logger {
	return zap.New(zapcore.NewNopCore(), zap.WithFatalHook(panics{}), zap.WithPanicHook(panics{}))
}

type panics struct{}

// OnWrite implements zapcore.CheckWriteHook.
func (panics) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	text := "etcd: " + entry.Message
	for _, f := range fields {
		if err, ok := f.Interface.(error); ok && f.Type == zapcore.ErrorType {
			text += ": " + err.Error()
		}
	}
	panic(failure(text))
}

// failure is what etcd itself gave as the reason to end.
type failure string

func (f failure) Error() string { return string(f) }

// caught turns a panic of etcd during a start into err.
func caught(dir string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("etcd cannot start, its data in %s may be damaged: %v", dir, r)
	}
}
