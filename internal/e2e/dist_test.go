//go:build linux

package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// runIn runs a program in a folder and returns what it printed.
func runIn(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), args[0], args[1:]...)
	command.Dir, command.Env = dir, append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// one returns the only file that matches.
func one(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %q, %v; want one", pattern, found, err)
	}
	return found[0]
}

// TestDist builds what is published of the last commit for this machine's processor,
// in two clones: the bytes are equal. Then it is used: the packages where systemd runs,
// and where only they are installed, the image where there is nothing else.
func TestDist(t *testing.T) {
	t.Parallel()
	require.Time(t)
	require.Root(t)
	require.Binary(t, "dpkg")
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var clones, dist [2]string
	for i, name := range []string{"a", "longer/b"} {
		clones[i] = filepath.Join(t.TempDir(), name)
		runIn(t, top, nil, "git", "-c", "safe.directory=*", "clone", "-q", "--no-hardlinks", top, clones[i])
		dist[i] = filepath.Join(clones[i], "dist")
	}
	for _, clone := range clones {
		runIn(t, clone, nil, "deploy/package/build")
	}
	names := filesIn(t, dist[0])
	if other := filesIn(t, dist[1]); !slices.Equal(names, other) || len(names) != 10 {
		t.Fatalf("%q and %q; want the same ten", names, other)
	}
	for _, name := range names {
		if !bytes.Equal(readFile(t, filepath.Join(dist[0], name)), readFile(t, filepath.Join(dist[1], name))) {
			t.Errorf("%s differs between two builds of one commit", name)
		}
	}
	program := filepath.Join(dist[0], "feedstation-linux-"+runtime.GOARCH)
	commit := strings.TrimSpace(runIn(t, filepath.Dir(dist[0]), nil, "git", "rev-parse", "--short=12", "HEAD"))
	if text := runIn(t, "", nil, program, "version"); !strings.Contains(text, commit) || strings.Contains(text, "dirty") {
		t.Errorf("the version is %q; want one of commit %s", text, commit)
	}
	debs, rpms := packages(t, dist[0])
	deb, rpm := debs[runtime.GOARCH], rpms[runtime.GOARCH]
	t.Run("service", func(t *testing.T) {
		t.Parallel()
		earlierDeb, earlierRPM := earlierPackages(t, clones[1])
		testService(t, [2]string{earlierDeb, deb}, [2]string{earlierRPM, rpm})
	})
	t.Run("other processor", func(t *testing.T) { testProcessors(t, dist[0], debs, rpms) })
	t.Run("deb", func(t *testing.T) { testDeb(t, deb) })
	t.Run("rpm", func(t *testing.T) { testRPM(t, rpm, deb) })
	t.Run("components", func(t *testing.T) { testComponents(t, program) })
	t.Run("image", func(t *testing.T) { testImage(t, one(t, dist[0]+"/*.oci.tar")) })
}

// processors are those that are shipped for, as packages name them.
var processors = map[string]string{"amd64": "x86_64", "arm64": "aarch64"}

// packages returns those of a folder by their processor.
func packages(t *testing.T, dist string) (debs, rpms map[string]string) {
	t.Helper()
	debs, rpms = map[string]string{}, map[string]string{}
	for arch, rpm := range processors {
		debs[arch], rpms[arch] = one(t, dist+"/*_"+arch+".deb"), one(t, dist+"/*."+rpm+".rpm")
	}
	return debs, rpms
}

// testProcessors holds that the packages of both processors have the same files and say the
// same of themselves, each with its own program, which runs where its processor is emulated.
func testProcessors(t *testing.T, dist string, debs, rpms map[string]string) {
	require.Binary(t, "rpm")
	said := map[string]string{}
	for arch := range processors {
		fields := runIn(t, "", nil, "dpkg-deb", "--field", debs[arch])
		if !strings.Contains(fields, "\nArchitecture: "+arch+"\n") {
			t.Errorf("the package for %s is for another:\n%s", arch, fields)
		}
		fields = regexp.MustCompile(`(?m)^(Architecture|Installed-Size): .*$`).ReplaceAllString(fields, "")
		scripts := runIn(t, "", nil, "dpkg-deb", "--info", debs[arch], "postinst", "prerm", "postrm", "conffiles")
		files := regexp.MustCompile(` +\d+ \d{4}-`).ReplaceAllString(runIn(t, "", nil, "dpkg-deb", "--contents", debs[arch]), " ") // without sizes
		said[arch] = fields + scripts + files
		if got := runIn(t, "", nil, "rpm", "-qp", "--queryformat", "%{ARCH}", rpms[arch]); got != processors[arch] {
			t.Errorf("the rpm for %s is for %s", arch, got)
		}
		said[arch] += runIn(t, "", nil, "rpm", "-qp", "--scripts", "--requires", "--queryformat",
			"%{NAME} %{VERSION} %{RELEASE} %{LICENSE} %{SUMMARY} %{DESCRIPTION} %{URL}\n[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEFLAGS:fflags} %{FILENAMES}\n]", rpms[arch])

		unpacked := t.TempDir()
		runIn(t, "", nil, "dpkg-deb", "--extract", debs[arch], unpacked)
		program := filepath.Join(dist, "feedstation-linux-"+arch)
		if !bytes.Equal(readFile(t, filepath.Join(unpacked, "usr/bin/feedstation")), readFile(t, program)) {
			t.Errorf("the package for %s has another program", arch)
		}
		file, err := elf.Open(program)
		if err != nil {
			t.Fatal(err)
		}
		machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[arch]
		if libraries, err := file.ImportedLibraries(); file.Machine != machine || err != nil || len(libraries) > 0 {
			t.Errorf("the program for %s is for %v and needs %q, %v", arch, file.Machine, libraries, err)
		}
		file.Close()
		if arch == runtime.GOARCH {
			continue
		}
		if text := runIn(t, "", nil, require.Binary(t, "qemu-"+processors[arch]+"-static"), program, "version"); !strings.HasPrefix(text, "feedstation ") {
			t.Errorf("emulated, it says %q", text)
		}
	}
	if diff := cmp.Diff(said["amd64"], said["arm64"]); diff != "" {
		t.Errorf("packages differ (-amd64 +arm64):\n%s", diff)
	}
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// replaceIn changes one line of a file.
func replaceIn(t testing.TB, name, old, with string) {
	t.Helper()
	text := string(readFile(t, name))
	if strings.Count(text, old) != 1 {
		t.Fatalf("%s has %q %d times; want once", name, old, strings.Count(text, old))
	}
	if err := os.WriteFile(name, []byte(strings.Replace(text, old, with, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rooted is a folder that is the root of a process in it.
type rooted struct {
	t     *testing.T
	root  string
	as    uint32
	env   []string
	port  int
	admin int
}

func (r *rooted) command(args ...string) *exec.Cmd {
	command := exec.CommandContext(r.t.Context(), args[0], args[1:]...)
	command.Dir = "/var/lib/feedstation"
	command.Env = append([]string{
		fmt.Sprint("FEEDSTATION_SERVER_ADMIN=127.0.0.1:", r.admin), "FEEDSTATION_SERVER_DRAIN=50ms",
	}, r.env...)
	// It is the first process, as in a container.
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Chroot: r.root, Credential: &syscall.Credential{Uid: r.as, Gid: r.as}, Pdeathsig: syscall.SIGKILL}
	return command
}

func (r *rooted) run(args ...string) string {
	r.t.Helper()
	out, err := r.command(args...).CombinedOutput()
	if err != nil {
		r.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// serve runs the program until a path's answer has a text, and ends it with SIGTERM.
func (r *rooted) serve(path, want string, args ...string) {
	r.t.Helper()
	// The process would end with the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command := r.command(args...)
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		r.t.Fatal(err)
	}
	found := false
	for deadline := time.Now().Add(patience); !found && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		status, body, err := fetch(fmt.Sprintf("http://127.0.0.1:%d%s", r.port, path), "")
		found = err == nil && status == http.StatusOK && strings.Contains(body, want)
	}
	ready := false
	for deadline := time.Now().Add(patience); found && !ready && time.Now().Before(deadline); {
		ready = r.command("/usr/bin/feedstation", "health", "--ready").Run() == nil
	}
	err := errors.Join(command.Process.Signal(syscall.SIGTERM), command.Wait())
	if err != nil || !ready {
		r.t.Fatalf("%s has %q: %t, ready: %t; %v\n%s", path, want, found, ready, err, &log)
	}
	if out, err := r.command("/usr/bin/feedstation", "health").CombinedOutput(); err == nil {
		r.t.Errorf("healthy and ended: %s", out)
	}
}

// packaged are files of the package.
var packaged = []string{
	"usr/bin/feedstation", "etc/feedstation/config.yaml",
	"usr/lib/systemd/system/feedstation.service", "usr/lib/sysusers.d/feedstation.conf", "usr/lib/tmpfiles.d/feedstation.conf",
	"usr/share/man/man1/feedstation.1.gz", "usr/share/man/man1/feedstation-serve.1.gz",
	"usr/share/bash-completion/completions/feedstation", "usr/share/zsh/vendor-completions/_feedstation", "usr/share/fish/vendor_completions.d/feedstation.fish",
	"usr/share/doc/feedstation/copyright", "usr/share/doc/feedstation/notices.txt", "usr/share/doc/feedstation/sbom.cdx.json",
}

// testDeb installs the package in an empty folder, changes one line, serves, upgrades,
// removes and purges it.
func testDeb(t *testing.T, deb string) {
	dir := t.TempDir()
	open(t, dir)
	root := filepath.Join(dir, "root")
	if err := os.MkdirAll(filepath.Join(root, "var/lib/dpkg"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	dpkg := func(args ...string) {
		t.Helper()
		runIn(t, "", []string{"DEBIAN_FRONTEND=noninteractive"}, append([]string{"dpkg", "--root=" + root, "--force-script-chrootless", "--force-depends", "--force-confold"}, args...)...)
	}
	dpkg("--install", deb)
	for _, name := range packaged {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Error(err)
		}
	}
	passwd := regexp.MustCompile(`(?m)^feedstation:[^:]*:(\d+):`).FindSubmatch(readFile(t, filepath.Join(root, "etc/passwd")))
	if passwd == nil {
		t.Fatal("no account")
	}
	uid, err := strconv.ParseUint(string(passwd[1]), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	r := &rooted{t: t, root: root, as: uint32(uid), port: testserver.Port(t), admin: testserver.Port(t)}
	config := filepath.Join(root, "etc/feedstation/config.yaml")
	listen := regexp.MustCompile(`(?m)^  listen: \S+`).Find(readFile(t, config))
	replaceIn(t, config, string(listen), fmt.Sprintf("  listen: 127.0.0.1:%d", r.port))
	r.serve("/xt/rss.xml", "<item>", "/usr/bin/feedstation", "serve")

	state := filepath.Join(root, "var/lib/feedstation")
	article := `{"id":"deb-1","station":"xt","channels":["moment"],"url":"https://xt.news.example/deb-1.html","title":"年度读书节开幕","published":"2026-01-01T08:00:00+08:00"}`
	if err := os.WriteFile(filepath.Join(root, "article.jsonl"), []byte(article), 0o644); err != nil {
		t.Fatal(err)
	}
	r.run("/usr/bin/feedstation", "import", "/article.jsonl")
	dpkg("--install", nextVersion(t, deb))
	if !strings.Contains(string(readFile(t, config)), strconv.Itoa(r.port)) {
		t.Error("the upgrade has replaced the configuration")
	}
	r.serve("/xt/sitemaps/2026-01.xml", "deb-1.html", "/usr/bin/feedstation", "serve")

	dpkg("--remove", "feedstation")
	for name, want := range map[string]bool{
		"usr/bin/feedstation": false, "usr/lib/systemd/system/feedstation.service": false, "usr/share/man/man1/feedstation.1.gz": false,
		"etc/feedstation/config.yaml": true, "var/lib/feedstation/content.db": true,
	} {
		if _, err := os.Stat(filepath.Join(root, name)); (err == nil) != want {
			t.Errorf("after removal %s is there: %t", name, err == nil)
		}
	}
	dpkg("--purge", "feedstation")
	for _, name := range []string{state, filepath.Join(root, "etc/feedstation")} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("after purging %s is there", name)
		}
	}
	var left []string
	for _, name := range filesIn(t, root) {
		if strings.Contains(name, "feedstation") {
			left = append(left, name)
		}
	}
	if left != nil {
		t.Errorf("after purging there are %q", left)
	}
}

// nextVersion returns the package as one of a later version, whose shipped configuration
// has changed, too: what was edited stays.
func nextVersion(t *testing.T, deb string) string {
	t.Helper()
	return repack(t, deb, "99", func(dir string) {
		replaceIn(t, filepath.Join(dir, "etc/feedstation/config.yaml"), "# The configuration of feedstation.", "# The configuration of a later feedstation.")
	})
}

// repack returns a package with other files as one of another version.
func repack(t *testing.T, deb, version string, change func(dir string)) string {
	t.Helper()
	dir, packed := filepath.Join(t.TempDir(), "files"), filepath.Join(t.TempDir(), version+".deb")
	runIn(t, "", nil, "dpkg-deb", "--raw-extract", deb, dir)
	control := filepath.Join(dir, "DEBIAN/control")
	text := regexp.MustCompile(`(?m)^Version: .*$`).ReplaceAll(readFile(t, control), []byte("Version: "+version))
	if err := os.WriteFile(control, text, 0o644); err != nil {
		t.Fatal(err)
	}
	change(dir)
	runIn(t, "", nil, "dpkg-deb", "-Znone", "--build", dir, packed)
	return packed
}

// testRPM holds that the other package has the same files.
func testRPM(t *testing.T, rpm, deb string) {
	require.Binary(t, "rpm")
	query := func(args ...string) []string {
		return strings.Fields(runIn(t, "", nil, append([]string{"rpm", "-qp"}, append(args, rpm)...)...))
	}
	if got := query("--configfiles"); !slices.Equal(got, []string{"/etc/feedstation/config.yaml"}) {
		t.Errorf("the configuration is %q", got)
	}
	contents := runIn(t, "", nil, "dpkg-deb", "--contents", deb)
	for _, name := range query("--list") {
		of := strings.Replace(name, "/site-functions/", "/vendor-completions/", 1)
		if !strings.Contains(contents, "."+of) {
			t.Errorf("only the rpm has %s", name)
		}
	}
	root := t.TempDir()
	install := []string{"rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--nodeps", "--noscripts"}
	runIn(t, "", nil, append(install, "--install", rpm)...)
	if text := runIn(t, "", nil, filepath.Join(root, "usr/bin/feedstation"), "version"); !strings.HasPrefix(text, "feedstation v") {
		t.Errorf("installed is %q", text)
	}
	runIn(t, "", nil, append(install, "--erase", "feedstation")...)
	if _, err := os.Stat(filepath.Join(root, "usr/bin/feedstation")); err == nil {
		t.Error("it is there after it was erased")
	}
}

// testComponents holds that the list of components has all modules of the binary.
func testComponents(t *testing.T, program string) {
	var list struct {
		BOMFormat  string `json:"bomFormat"`
		Components []struct{ Name, Version, Purl string }
	}
	if err := json.Unmarshal(readFile(t, program+".cdx.json"), &list); err != nil || list.BOMFormat != "CycloneDX" {
		t.Fatalf("the list of components: %v, %q", err, list.BOMFormat)
	}
	for line := range strings.Lines(runIn(t, "", nil, "go", "version", "-m", program)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "dep" || strings.HasPrefix(fields[1], "feedstation/") {
			continue
		}
		if !slices.ContainsFunc(list.Components, func(c struct{ Name, Version, Purl string }) bool {
			return c.Name == fields[1] && c.Version == fields[2] && strings.HasPrefix(c.Purl, "pkg:golang/")
		}) {
			t.Errorf("no component %s %s", fields[1], fields[2])
		}
	}
}

// descriptor names a blob of an image.
type descriptor struct {
	MediaType string
	Digest    string
	Size      int64
	Platform  struct{ Architecture string }
}

// testImage unpacks the image and runs what it says, under an account of no name, where
// there is nothing but what is in it.
func testImage(t *testing.T, archive string) {
	layout := t.TempDir()
	unpack(t, bytes.NewReader(readFile(t, archive)), layout)
	blob := func(d descriptor) []byte {
		body := readFile(t, filepath.Join(layout, "blobs/sha256", strings.TrimPrefix(d.Digest, "sha256:")))
		if sum := sha256.Sum256(body); fmt.Sprintf("sha256:%x", sum) != d.Digest || int64(len(body)) != d.Size {
			t.Fatalf("the blob %+v is another one", d)
		}
		return body
	}
	decode := func(text []byte, v any) {
		if err := json.Unmarshal(text, v); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	var index, platforms struct{ Manifests []descriptor }
	decode(readFile(t, filepath.Join(layout, "index.json")), &index)
	decode(blob(index.Manifests[0]), &platforms)
	here := slices.IndexFunc(platforms.Manifests, func(d descriptor) bool { return d.Platform.Architecture == runtime.GOARCH })
	if here < 0 || len(platforms.Manifests) != len(processors) {
		t.Fatalf("the image is for %+v", platforms.Manifests)
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	decode(blob(platforms.Manifests[here]), &manifest)
	var image struct {
		Config struct {
			User, WorkingDir     string
			Entrypoint, Cmd, Env []string
			Healthcheck          struct{ Test []string }
		}
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	decode(blob(manifest.Config), &image)
	unzipped, err := gzip.NewReader(bytes.NewReader(blob(manifest.Layers[0])))
	if err != nil {
		t.Fatal(err)
	}
	layer, err := io.ReadAll(unzipped)
	if err != nil || fmt.Sprintf("sha256:%x", sha256.Sum256(layer)) != image.RootFS.DiffIDs[0] {
		t.Errorf("the layer is not that of the image: %v", err)
	}
	dir := t.TempDir()
	open(t, dir)
	root := filepath.Join(dir, "root")
	unpack(t, bytes.NewReader(layer), root)
	if got := filesIn(t, root); len(got) != 5 {
		t.Errorf("the image has %q", got)
	}

	// The account may write where its state is, and nowhere else.
	r := &rooted{t: t, root: root, as: 1234567, port: testserver.Port(t), admin: testserver.Port(t)}
	r.env = append(slices.Clone(image.Config.Env), fmt.Sprint("FEEDSTATION_SERVER_LISTEN=127.0.0.1:", r.port))
	serve := slices.Concat(image.Config.Entrypoint, image.Config.Cmd)
	r.serve("/xt/rss.xml", "<item>", serve...)
	if want := []string{"CMD", "/usr/bin/feedstation", "health"}; !slices.Equal(image.Config.Healthcheck.Test, want) {
		t.Errorf("the check is %q", image.Config.Healthcheck.Test)
	}
	// Without /etc, as the configuration may be elsewhere.
	if err := os.Rename(filepath.Join(root, "etc/feedstation/config.yaml"), filepath.Join(root, "config.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(root, "etc")); err != nil {
		t.Fatal(err)
	}
	r.env = append(r.env, "FEEDSTATION_CONFIG=/config.yaml")
	r.serve("/xt/rss.xml", "<item>", serve...)
}

// unpack writes the files of an archive.
func unpack(t *testing.T, archive io.Reader, root string) {
	t.Helper()
	files := tar.NewReader(archive)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(root, filepath.Clean("/"+header.Name))
		mode := fs.FileMode(header.Mode & 0o777)
		if header.Mode&0o1000 != 0 {
			mode |= fs.ModeSticky
		}
		switch header.Typeflag {
		case tar.TypeDir:
			err = errors.Join(os.MkdirAll(name, 0o755), os.Chmod(name, mode))
		case tar.TypeReg:
			var body []byte
			if body, err = io.ReadAll(files); err == nil {
				err = os.WriteFile(name, body, mode)
			}
		default:
			t.Fatalf("%s is neither a file nor a folder", header.Name)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What the service may do is as little as systemd can say: below 2 of 10.
func TestServiceIsConfined(t *testing.T) {
	t.Parallel()
	analyze := require.Binary(t, "systemd-analyze")
	runIn(t, "", nil, analyze, "security", "--offline=true", "--threshold=20", "--no-pager", "../../deploy/package/feedstation.service")
}
