package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// A sealed file holds content in JSON, and the sum that tells whether it is what
// was written: sealHead, the SHA-256 of the content in hexadecimal, sealMiddle,
// the content, sealEnd.
const (
	sealHead   = `{"sha256":"`
	sealMiddle = `","content":`
	sealEnd    = "}\n"
)

// fileMode is the mode of files: what is not published yet is not for everybody to read. A
// container may get another account of the same group at each start.
const fileMode = 0o640

// writeSealed puts a value into a file.
func writeSealed(in *durable.Folder, name string, value any) error {
	if err := in.Write(name, sealed(value), fileMode); err != nil {
		return err
	}
	return in.Sync()
}

func sealed(value any) []byte {
	content, err := json.Marshal(value)
	if err != nil {
		panic(err) // none of ours has what JSON lacks
	}
	sum := sha256.Sum256(content)
	return slices.Concat([]byte(sealHead+hex.EncodeToString(sum[:])+sealMiddle), content, []byte(sealEnd))
}

// readSealed returns the content of a file. The error is store.ErrNone when there is
// none, and edition.ErrDamaged when it is not what was written.
func readSealed(in *durable.Folder, name string) ([]byte, error) {
	data, err := in.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, store.ErrNone
	}
	if err != nil {
		return nil, err
	}
	const before = len(sealHead) + 2*sha256.Size + len(sealMiddle)
	if len(data) > before+len(sealEnd) {
		content := data[before : len(data)-len(sealEnd)]
		sum := sha256.Sum256(content)
		if string(data[:before]) == sealHead+hex.EncodeToString(sum[:])+sealMiddle && string(data[len(data)-len(sealEnd):]) == sealEnd {
			return content, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", in.Path(name), edition.ErrDamaged)
}

// hashesIn returns the hashes in fields of a name in a manifest's text, as
// [edition.Manifest] has them, without reading the rest.
func hashesIn(manifest []byte, name string) iter.Seq[edition.Hash] {
	return func(yield func(edition.Hash) bool) {
		field := []byte(`"` + name + `":"`)
		for {
			_, rest, found := bytes.Cut(manifest, field) // in a string there would be backslashes
			var hash edition.Hash
			if manifest = rest; !found || len(rest) < 2*sha256.Size || hash.UnmarshalText(rest[:2*sha256.Size]) != nil || !yield(hash) {
				return
			}
		}
	}
}

// seen remembers a file, to spare reading it again.
type seen struct{ info fs.FileInfo }

// look returns what is known of a file now and whether it is another one than
// before; an absent file is nil.
func (s seen) look(in *durable.Folder, name string) (now seen, changed bool, err error) {
	info, err := in.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return seen{}, s.info != nil, nil
	}
	if err != nil {
		return s, false, err
	}
	same := s.info != nil && os.SameFile(s.info, info) && s.info.ModTime().Equal(info.ModTime()) && s.info.Size() == info.Size()
	return seen{info}, !same, nil
}
