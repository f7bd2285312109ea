package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"feedstation/internal/testkit/testserver"
)

// token opens the admin listener.
const token = "0123456789abcdef"

// ours is feedstation with a folder of its own.
type ours struct {
	s             *stage
	program, dir  string
	listen, admin string
	env           []string
}

// buildProgram builds feedstation as it is shipped, from the folder above.
func (s *stage) buildProgram() string {
	program := filepath.Join(s.TempDir(), "feedstation")
	cmd := exec.CommandContext(s.ctx, "go", "build", "-trimpath", "-o", program, ".")
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.Fatalf("%v\n%s", err, out)
	}
	return program
}

// newOurs returns one with an embedded content store, unless env says otherwise.
func (s *stage) newOurs(program string, env ...string) *ours {
	o := &ours{s: s, program: program, dir: s.TempDir(), listen: s.address(), admin: s.address()}
	o.env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "FEEDSTATION_") })
	o.env = append(o.env, "FEEDSTATION_SERVER_LISTEN="+o.listen, "FEEDSTATION_SERVER_ADMIN="+o.admin, "FEEDSTATION_SERVER_ADMIN_TOKEN="+token)
	o.env = append(o.env, env...)
	if err := os.WriteFile(filepath.Join(o.dir, "config.yaml"), []byte(settings), 0o644); err != nil {
		s.Fatal(err)
	}
	return o
}

func (o *ours) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, o.program, args...)
	cmd.Dir, cmd.Env = o.dir, o.env
	return cmd
}

// run runs the program to its end and returns how it ended.
func (o *ours) run(ctx context.Context, args ...string) (*os.ProcessState, error) {
	return finish(o.command(ctx, args...))
}

// finish runs a command; what it prints is shown when it fails.
func finish(cmd *exec.Cmd) (*os.ProcessState, error) {
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, bytes.TrimSpace(out))
	}
	return cmd.ProcessState, nil
}

// importFile fills the embedded store.
func (o *ours) importFile(file string) {
	if _, err := o.run(o.s.ctx, "import", file); err != nil {
		o.s.Fatal(err)
	}
}

// export writes the documents as files.
func (o *ours) export(ctx context.Context, dir string) error {
	_, err := o.run(ctx, "build", "--out", dir)
	return err
}

// serve starts it as a site.
func (o *ours) serve() *site {
	p := o.s.start(o.listen, testserver.Command{Program: o.program, Args: []string{"serve"}, Dir: o.dir, Env: o.env})
	return &site{name: us, feed: target{addr: o.listen, host: host, path: "/rss.xml"}, programs: []*program{p}}
}

// static is nginx with the files that it exports.
func (o *ours) static() *site {
	dir := o.s.TempDir()
	if err := o.export(o.s.ctx, dir); err != nil {
		o.s.Fatal(err)
	}
	addr, p := o.s.startNginx(nginx{Files: filepath.Join(dir, station)})
	return &site{
		name: "nginx, static export", feed: target{addr: addr, host: host, path: "/rss.xml"}, programs: []*program{p},
		write: func(ctx context.Context) error { return o.export(ctx, dir) },
	}
}
