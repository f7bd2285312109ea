package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Room is what there is for a local copy.
type Room struct {
	Bytes uint64 // free
	Files uint64 // that can be made; 0 also where the file system has no such limit
	Fault error  // why nothing can be written; nil: it can
}

// Look returns what there is for a local copy in a folder, and makes nothing there.
func Look(dir string) Room {
	at, err := filepath.Abs(dir)
	for err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(at); err == nil && !info.IsDir() {
			err = fmt.Errorf("%s: not a folder", at)
		}
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		at, err = filepath.Dir(at), nil // it will be made in the one above
	}
	if err != nil {
		return Room{Fault: err}
	}
	return look(at)
}
