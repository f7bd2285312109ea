package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/acme/autocert"
)

// TestCertificates keeps what the library has it keep, readable for nobody else, where
// the library's own folder was.
func TestCertificates(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".acme")
	before := autocert.DirCache(dir)
	if err := before.Put(t.Context(), "acme_account+key", []byte("account")); err != nil {
		t.Fatal(err)
	}
	c := certificates{dir}
	if data, err := c.Get(t.Context(), "acme_account+key"); err != nil || string(data) != "account" {
		t.Errorf("what the version before has kept: %q, %v", data, err)
	}
	const name = "xt.news.example+rsa"
	if _, err := c.Get(t.Context(), name); !errors.Is(err, autocert.ErrCacheMiss) {
		t.Errorf("none: %v", err)
	}
	for _, text := range []string{"first", "second"} {
		if err := c.Put(t.Context(), name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if data, err := c.Get(t.Context(), name); err != nil || string(data) != text {
			t.Errorf("%q, %v; want %q", data, err, text)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for range 2 {
		if err := c.Delete(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("deleted: %v", err)
	}
	if err := c.Put(t.Context(), "../escape", []byte("x")); err == nil {
		t.Error("a name outside of the folder")
	}
}
