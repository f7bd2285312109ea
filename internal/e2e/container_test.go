//go:build linux

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// TestContainerfile builds the image of deploy/Containerfile and runs it. The first
// stage, whose base is Go's own image, runs on this machine instead.
func TestContainerfile(t *testing.T) {
	t.Parallel()
	buildah := require.Binary(t, "buildah")
	require.Root(t)
	stage, last, ok := strings.Cut(string(readFile(t, "../../deploy/Containerfile")), "\nFROM scratch\n")
	_, run, found := strings.Cut(stage, "\nRUN ")
	if !ok || !found {
		t.Fatal("the Containerfile has another shape")
	}
	dir := t.TempDir()
	open(t, dir)
	made := filepath.Join(dir, "build/root-fs")
	script := strings.ReplaceAll(strings.ReplaceAll(run, "\\\n", " "), "/root-fs/", made+"/")
	runIn(t, "../..", nil, "sh", "-ec", script)
	file := filepath.Join(dir, "Containerfile")
	if err := os.WriteFile(file, []byte("FROM scratch\n"+last), 0o644); err != nil {
		t.Fatal(err)
	}
	of := func(args ...string) string {
		t.Helper()
		return runIn(t, dir, nil, append([]string{buildah, "--storage-driver", "vfs", "--root", filepath.Join(dir, "storage"), "--runroot", filepath.Join(dir, "state")}, args...)...)
	}
	of("bud", "--quiet", "--format", "docker", "--isolation", "chroot", "--build-context", "build="+filepath.Join(dir, "build"), "-t", "feedstation", "-f", file, dir)
	var image struct {
		Docker struct {
			Config struct {
				User, WorkingDir     string
				Entrypoint, Cmd, Env []string
				Healthcheck          struct{ Test []string }
				Volumes              map[string]struct{}
			} `json:"config"`
		}
	}
	if err := json.Unmarshal([]byte(of("inspect", "--type", "image", "feedstation")), &image); err != nil {
		t.Fatal(err)
	}
	config := image.Docker.Config
	if config.User != "65532:65532" || config.WorkingDir != "/var/lib/feedstation" || len(config.Volumes) != 1 || !slices.Equal(config.Healthcheck.Test, []string{"CMD", "/usr/bin/feedstation", "health"}) {
		t.Errorf("the image is %+v", config)
	}
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	container := strings.TrimSpace(of("from", "feedstation"))
	mounted := strings.TrimSpace(of("mount", container))
	r := &rooted{t: t, root: mounted, as: 1234567, port: testserver.Port(t), admin: testserver.Port(t)}
	open(t, mounted)
	r.env = append(slices.Clone(config.Env), "FEEDSTATION_SERVER_LISTEN="+testserver.Addr(r.port))
	r.serve("/xt/rss.xml", "<item>", slices.Concat(config.Entrypoint, config.Cmd)...)
	of("umount", container)
}
