package e2e

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/machine"
)

// installed is the package on a machine with systemd.
type installed struct {
	*process // of which only the ports are used
	m        *machine.Machine
}

const (
	unitName = "feedstation.service"
	dropIn   = "etc/systemd/system/feedstation.service.d/"
)

// testService installs packages where systemd runs, and has it do with the service all
// that it does. Of each kind there is one of an earlier version, empty: there is none, and
// the present one.
func testService(t *testing.T, debs, rpms [2]string) {
	i := &installed{process: newProcess(t, "xt.news.example"), m: machine.Boot(t)}
	step := func(name string, do func()) {
		if !t.Run(name, func(t *testing.T) { i.t = t; do() }) {
			i.t = t
			t.Fatalf("the service's log:\n%s", i.journal())
		}
		i.t = t
	}
	if debs[0] == "" {
		t.Log("SKIPPED: the upgrade from an earlier version, which this clone does not have")
		debs[0], rpms[0] = debs[1], rpms[1]
	}
	step("installed and started", func() { i.start(debs[0]) })
	step("upgraded", func() { i.upgrade(debs[1]) })
	step("confined", i.confined)
	step("credentials", i.credentials)
	step("reloaded", i.reloaded)
	step("watched", i.watched)
	step("sockets", i.sockets)
	step("an account of the moment", i.dynamic)
	step("rolled back", func() { i.upgrade(debs[0]) })
	step("removed", i.removed)
	step("rpm installed and started", func() { i.start(rpms[0]) })
	step("rpm upgraded", func() { i.upgrade(rpms[1]) })
	step("rpm rolled back", func() { i.upgrade(rpms[0]) })
	step("rpm erased", i.erased)
}

// earlierCommit is one before others were told of changes, and before feeds answered with
// what is new.
const earlierCommit = "7e4dcb520620"

// earlierPackages returns the packages as that commit builds them, in a clone, or "" where
// the clone does not go back so far.
func earlierPackages(t *testing.T, clone string) (deb, rpm string) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), "git", "-C", clone, "checkout", "-q", earlierCommit).Run(); err != nil {
		return "", ""
	}
	earlier := t.TempDir()
	runIn(t, clone, []string{"ARCHES=" + runtime.GOARCH, "VERSION=v0.0.0-0.earlier"}, "deploy/package/build", earlier)
	return one(t, earlier+"/*.deb"), one(t, earlier+"/*.rpm")
}

// overwrite gives a file that there is another text.
func overwrite(t testing.TB, name, text string) {
	t.Helper()
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); errors.Join(err, file.Close()) != nil {
		t.Fatal(err)
	}
}

// write writes a file of the machine.
func (i *installed) write(name, text string) {
	i.t.Helper()
	name = filepath.Join(i.m.Root, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		i.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		i.t.Fatal(err)
	}
}

// override has the unit say more, and restarts the service.
func (i *installed) override(name, text string) {
	i.t.Helper()
	i.write(dropIn+name+".conf", "[Service]\n"+text)
	i.m.Run("systemctl", "daemon-reload")
	i.m.Run("systemctl", "restart", unitName)
}

// bring copies a package to the machine.
func (i *installed) bring(file string) (path string) {
	i.t.Helper()
	i.write(filepath.Join("root", filepath.Base(file)), string(readFile(i.t, file)))
	return filepath.Join("/root", filepath.Base(file))
}

func (i *installed) dpkg(args ...string) {
	i.t.Helper()
	i.m.Run(append([]string{"dpkg", "--force-confold", "--force-downgrade"}, args...)...)
}

// install puts a package in the place of any other version.
func (i *installed) install(file string) {
	i.t.Helper()
	if filepath.Ext(file) == ".rpm" {
		i.m.Run("rpm", "--nodeps", "--upgrade", "--oldpackage", "--replacepkgs", i.bring(file))
		return
	}
	i.dpkg("--install", i.bring(file))
}

// show returns a property of the unit.
func (i *installed) show(property string) string {
	i.t.Helper()
	return i.m.Run("systemctl", "show", "--value", "--property="+property, unitName)
}

func (i *installed) journal(args ...string) string {
	out, _ := i.m.Try(append([]string{"journalctl", "--no-pager", "--output=cat", "--unit=" + unitName}, args...)...)
	return out
}

// shows waits until the document of a path has a text.
func (i *installed) shows(path, text string) {
	i.t.Helper()
	i.until(path+" has "+text, func() bool {
		status, body, err := fetch("http://127.0.0.1:"+i.port+path, "")
		return err == nil && status == http.StatusOK && strings.Contains(body, text)
	})
}

// start installs a package, edits one line and starts the service.
func (i *installed) start(file string) {
	i.install(file)
	config := filepath.Join(i.m.Root, "etc/feedstation/config.yaml")
	replaceIn(i.t, config, "  listen: 127.0.0.1:8080", "  listen: 127.0.0.1:"+i.port)
	i.write("etc/feedstation/environment", "FEEDSTATION_SERVER_ADMIN=127.0.0.1:"+i.admin+"\nFEEDSTATION_SERVER_DRAIN=50ms\nFEEDSTATION_JOBS_REFRESH=@every 1s\n")
	i.m.Run("systemctl", "enable", "--now", unitName)
	// Type=notify: who has waited for the start is served.
	if status, body, err := fetch("http://127.0.0.1:"+i.port+"/livez", ""); err != nil || status != http.StatusOK {
		i.t.Errorf("started: %d %s, %v", status, body, err)
	}
	i.shows("/xt/rss.xml", "<item>")
	article := `{"id":"deb-1","station":"xt","channels":["moment"],"url":"https://xt.news.example/deb-1.html","title":"年度读书节开幕","published":"2026-01-01T08:00:00+08:00"}`
	i.write("root/article.jsonl", article)
	i.m.Run("sh", "-c", "runuser -u feedstation -- feedstation import - </root/article.jsonl")
	i.shows("/xt/sitemaps/2026-01.xml", "deb-1.html")
}

// upgrade puts another version in the place of the one that runs, which goes on with its
// data and the configuration as it was edited.
func (i *installed) upgrade(file string) {
	before := i.show("MainPID")
	i.install(file)
	if now := i.show("MainPID"); now == before || now == "0" {
		i.t.Errorf("the process was %s and is %s", before, now)
	}
	i.shows("/xt/sitemaps/2026-01.xml", "deb-1.html")
	i.shows("/xt/rss.xml", "<item>")
	if state := i.show("NRestarts") + i.show("ActiveState"); state != "0active" {
		i.t.Errorf("the service is %s", state)
	}
}

// confined holds that the process has none of root's rights and writes nowhere but to its
// state.
func (i *installed) confined() {
	pid := i.show("MainPID")
	status := i.m.Run("cat", "/proc/"+pid+"/status")
	for _, want := range []string{"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(status, want) {
			i.t.Errorf("want %s:\n%s", want, status)
		}
	}
	for _, tt := range []struct {
		path  string
		write bool
	}{
		{"/var/lib/feedstation", true},
		{"/run/feedstation", true},
		{"/tmp", true},
		{"/etc/feedstation", false},
		{"/usr/bin", false},
		{"/var/lib", false},
		{"/root", false},
	} {
		_, err := i.m.Try("nsenter", "--target", pid, "--mount", "--setuid", i.m.Run("id", "-u", "feedstation"), "test", "-w", tt.path)
		if (err == nil) != tt.write {
			i.t.Errorf("%s: may write: %t", tt.path, err == nil)
		}
	}
}

// credentials hands on a secret that only root may read.
func (i *installed) credentials() {
	i.write("etc/feedstation/secrets/token", token+"\n")
	i.override("secrets", "LoadCredential=token:/etc/feedstation/secrets/token\nEnvironment=FEEDSTATION_SERVER_ADMIN_TOKEN_FILE=%d/token\n")
	if _, err := i.m.Try("runuser", "-u", "feedstation", "--", "cat", "/etc/feedstation/secrets/token"); err == nil {
		i.t.Error("the account of the service can read what is root's")
	}
	address := "http://127.0.0.1:" + i.admin + "/status"
	if status, body, err := fetch(address, ""); err != nil || status != http.StatusOK {
		i.t.Errorf("with the secret: %d %s, %v", status, body, err)
	}
	response, err := http.Get(address)
	if err != nil {
		i.t.Fatal(err)
	}
	if response.Body.Close(); response.StatusCode != http.StatusUnauthorized {
		i.t.Errorf("without the secret: %s", response.Status)
	}
}

// reloaded has a new station appear, and a fault change nothing.
func (i *installed) reloaded() {
	i.m.Run("systemctl", "log-level", "debug")
	defer i.m.Run("systemctl", "log-level", "info")
	pid := i.show("MainPID")
	config := filepath.Join(i.m.Root, "etc/feedstation/config.yaml")
	text := string(readFile(i.t, config))
	replaceIn(i.t, config, "\nstations:\n", "\nstations:\n  - {id: ld, name: 娄底站, url: \"https://ld.news.example\"}\n")
	i.m.Run("systemctl", "reload", unitName)
	i.shows("/ld/robots.txt", "https://ld.news.example/")
	i.until("systemd is told", func() bool {
		journal := i.m.Run("journalctl", "--no-pager", "--output=cat", "UNIT="+unitName)
		_, told, ok := strings.Cut(journal, "(RELOADING=1")
		return ok && strings.Contains(told, "(READY=1")
	})
	const reloads, fault = "reloading file=", "/etc/feedstation/config.yaml:2: "
	before := strings.Count(i.journal(), reloads)
	overwrite(i.t, config, "stations: [\n")
	if out, err := i.m.Try("systemctl", "reload", unitName); err == nil {
		i.t.Errorf("a configuration with a fault is reloaded: %s", out)
	}
	i.until("the fault is in the journal", func() bool { return strings.Contains(i.journal(), fault) })
	overwrite(i.t, config, text)
	i.m.Run("systemctl", "reload", unitName)
	i.until("the process has reloaded", func() bool { return strings.Count(i.journal(), reloads) > before })
	i.shows("/xt/rss.xml", "<item>")
	if n := strings.Count(i.journal(), reloads); n != before+1 {
		i.t.Errorf("%d reloads of one configuration without a fault", n-before)
	}
	if now := i.show("MainPID"); now != pid || i.show("ActiveState") != "active" {
		i.t.Errorf("the process was %s and is %s, %s", pid, now, i.show("ActiveState"))
	}
}

// watched freezes the process: systemd ends it and starts another.
func (i *installed) watched() {
	i.override("watchdog", "WatchdogSec=2s\nRestartSec=100ms\n")
	time.Sleep(3 * time.Second)
	if n := i.show("NRestarts"); n != "0" {
		i.t.Errorf("%s restarts of a process that lives", n)
	}
	i.m.Run("systemctl", "kill", "--kill-whom=main", "--signal=STOP", unitName)
	i.until("another process", func() bool { return i.show("NRestarts") == "1" && i.show("ActiveState") == "active" })
	i.shows("/xt/rss.xml", "<item>")
}

// sockets has systemd open the public one: the first client starts the service, and no
// request is lost while it restarts.
func (i *installed) sockets() {
	i.m.Run("systemctl", "stop", unitName)
	i.write("etc/systemd/system/feedstation.socket", "[Socket]\nListenStream=127.0.0.1:"+i.port+"\nFileDescriptorName=public\n")
	i.write(dropIn+"sockets.conf", "[Service]\nSockets=feedstation.socket\nEnvironment=FEEDSTATION_SERVER_LISTEN=systemd:public\n")
	i.m.Run("systemctl", "daemon-reload")
	i.m.Run("systemctl", "start", "feedstation.socket")
	i.shows("/xt/rss.xml", "<item>")
	r := &reloading{process: i.process}
	asked, stop := r.hammer("/xt/rss.xml", "/xt/sitemap.xml")
	for range 3 {
		before := asked.Load()
		i.until("clients have asked", func() bool { return asked.Load() >= before+20 })
		i.m.Run("systemctl", "restart", unitName)
	}
	stop()
	i.m.Run("rm", "/"+dropIn+"sockets.conf")
	i.m.Run("systemctl", "stop", "feedstation.socket", unitName)
	i.m.Run("systemctl", "daemon-reload")
	i.m.Run("systemctl", "start", unitName)
}

// dynamic runs the service under an account that is there only while it runs.
func (i *installed) dynamic() {
	i.override("dynamic", "DynamicUser=yes\nUser=feedstation-moment\nGroup=feedstation-moment\n")
	i.shows("/xt/sitemaps/2026-01.xml", "deb-1.html")
	if owner := i.m.Run("stat", "--format=%U", "/var/lib/private/feedstation/content.db"); owner != "feedstation-moment" {
		i.t.Errorf("the store is %s's", owner)
	}
	i.m.Run("rm", "/"+dropIn+"dynamic.conf")
	i.m.Run("systemctl", "daemon-reload")
	i.m.Run("systemctl", "restart", unitName)
	i.shows("/xt/sitemaps/2026-01.xml", "deb-1.html")
}

// removed removes the package, and purges it.
func (i *installed) removed() {
	i.dpkg("--remove", "feedstation")
	if state, _ := i.m.Try("systemctl", "is-active", unitName); state != "inactive" {
		i.t.Errorf("removed, the service is %s", state)
	}
	i.m.Run("test", "-s", "/var/lib/feedstation/content.db")
	i.m.Run("rm", "-r", "/"+dropIn, "/etc/feedstation/secrets/token")
	i.dpkg("--purge", "feedstation")
	if left, err := i.m.Try("ls", "-d", "/var/lib/feedstation", "/etc/feedstation"); err == nil {
		i.t.Errorf("purged, there are %s", left)
	}
}

// erased erases the rpm, which leaves what was written and edited.
func (i *installed) erased() {
	i.m.Run("rpm", "--nodeps", "--erase", "feedstation")
	if state, _ := i.m.Try("systemctl", "is-active", unitName); state != "inactive" {
		i.t.Errorf("erased, the service is %s", state)
	}
	i.m.Run("test", "-s", "/var/lib/feedstation/content.db")
	i.m.Run("test", "-s", "/etc/feedstation/config.yaml.rpmsave")
}
