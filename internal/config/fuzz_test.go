package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad: whatever is in the file and in the environment, there is a
// configuration or an error, each fault of which names its place.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, shipped) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "FEEDSTATION_STATIONS_XT_CHANNELS_MOMENT_NAME", "时刻")
		f.Add(data, "FEEDSTATION_CACHE_REDIS_ADDRS", "127.0.0.1:6379,")
	}
	f.Fuzz(func(t *testing.T, data []byte, variable, value string) {
		environ := []string{variable + "=" + value}
		if strings.HasSuffix(variable, fileSuffix) {
			environ = nil // reads no files that are not the test's
		}
		c, err := Parse("f.yaml", data, environ)
		if err == nil {
			if c.Network == nil || len(c.Network.Stations) == 0 {
				t.Fatal("a configuration without stations")
			}
			return
		}
		if c != nil {
			t.Error("a configuration and an error")
		}
		text := err.Error()
		if !strings.HasPrefix(text, "f.yaml:") && !strings.HasPrefix(text, prefix) {
			t.Errorf("no place: %s", text)
		}
		for _, slip := range []string{"%!", "<nil>"} {
			if strings.Contains(text, slip) && !strings.Contains(string(data)+value, slip) {
				t.Errorf("badly formatted: %s", text)
			}
		}
	})
}
