package cli

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"runtime/debug"
)

type versionCommand struct {
	Licenses bool `help:"Print the licences of all that is compiled into the program."`
}

// licenceNotices are the licences of all that is compiled in; see TestNotices.
//
//go:embed notices.txt
var licenceNotices string

// Run prints the version, the commit where the build knows it, and Go's.
func (c *versionCommand) Run(in *invocation) error {
	if c.Licenses {
		_, err := io.WriteString(in.terminal.Stdout, licenceNotices)
		return err
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("version: the program has no build information")
	}
	_, err := fmt.Fprintf(in.terminal.Stdout, "feedstation %s (%s)\n", version(info), info.GoVersion)
	return err
}

// version is the module's version, with the commit for a build from a checkout.
func version(info *debug.BuildInfo) string {
	v, commit := info.Main.Version, ""
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			commit = " " + setting.Value[:min(12, len(setting.Value))]
		}
	}
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	return v + commit
}

// shownVersion is the version in logs, /status and metrics.
func shownVersion() string { return cmp.Or(buildVersion(), "devel") }

// buildVersion identifies the program for the editions it builds; it is empty
// for a build from a working directory, which may differ from the last one.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	if v := version(info); v != "devel" {
		return v
	}
	return ""
}
