package main

import (
	"os/exec"
	"path/filepath"

	"feedstation/internal/testkit/require"
)

// installNode installs the packages of npm and returns the worker's file.
func (s *stage) installNode() (script string) {
	require.Binary(s, "node")
	npm := require.Binary(s, "npm")
	dir := s.layOut("node")
	install := exec.CommandContext(s.ctx, npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = dir
	if _, err := finish(install); err != nil {
		s.Skip("needs packages of npm, which can't be installed: " + err.Error())
	}
	return filepath.Join(dir, "worker.mjs")
}

// nodeWorker is a worker of one of them.
func (s *stage) nodeWorker(script, name, work, corpus string) (*worker, error) {
	cmd := exec.CommandContext(s.ctx, require.Binary(s, "node"), script, work, corpus)
	cmd.Dir = filepath.Dir(script)
	return startWorker(name, cmd)
}
