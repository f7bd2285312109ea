package cli

import (
	"context"
	"errors"
	"io/fs"

	"golang.org/x/crypto/acme/autocert"

	"feedstation/internal/durable"
)

// certificates is where those of an authority are kept, and the account there: a folder,
// in which each is whole or not there, also after a crash. It is an [autocert.Cache].
type certificates struct{ dir string }

// secretMode is that of files with keys.
const secretMode = 0o600

// Get implements autocert.Cache.
func (c certificates) Get(_ context.Context, name string) (data []byte, err error) {
	err = c.within(func(in *durable.Folder) (err error) {
		data, err = in.Read(name)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, autocert.ErrCacheMiss
	}
	return data, err
}

// Put implements autocert.Cache.
func (c certificates) Put(_ context.Context, name string, data []byte) error {
	return c.within(func(in *durable.Folder) error {
		if err := in.Write(name, data, secretMode); err != nil {
			return err
		}
		return in.Sync()
	})
}

// Delete implements autocert.Cache.
func (c certificates) Delete(_ context.Context, name string) error {
	return c.within(func(in *durable.Folder) error { return in.Remove(name) })
}

func (c certificates) within(do func(in *durable.Folder) error) error {
	in, err := durable.Open(c.dir)
	if err != nil {
		return err
	}
	return errors.Join(do(in), in.Close())
}
