// Package cli is the program's verbs, one file each.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/alecthomas/kong"

	"feedstation/internal/config"
	visible "feedstation/internal/terminal"
)

// Exit statuses.
const (
	exitFailure = 1
	exitUsage   = 2
	exitLeftOut = 3 // of explain
)

// Terminal is what a command reads from and writes to.
type Terminal struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string // as os.Environ
}

type commands struct {
	Config string `help:"The configuration; default config.yaml or, where there is none, /etc/feedstation/config.yaml." default:"config.yaml" env:"FEEDSTATION_CONFIG" placeholder:"FILE"`

	Init       initCommand       `cmd:"" help:"Make a configuration of what the newsroom has, and try it."`
	Serve      serveCommand      `cmd:"" help:"Build, publish and serve until told to stop."`
	Build      buildCommand      `cmd:"" help:"Build and publish everything once, print a summary and exit."`
	Import     importCommand     `cmd:"" help:"Import articles (JSON Lines) into the embedded content store."`
	Demo       demoCommand       `cmd:"" help:"Put demo articles into the embedded content store."`
	Retract    retractCommand    `cmd:"" help:"Take an article down at once, also while the content store is away."`
	Pin        pinCommand        `cmd:"" help:"Serve an earlier edition of a station, or list those that are kept."`
	Unpin      unpinCommand      `cmd:"" help:"Serve the current edition of a station again."`
	Push       pushCommand       `cmd:"" help:"Show whom it tells of what changed, or tell them now."`
	Explain    explainCommand    `cmd:"" help:"Say why an article is in a document or not."`
	Links      linksCommand      `cmd:"" help:"Print the <link> elements for the head of a station's pages, and links for people."`
	Views      viewsCommand      `cmd:"" help:"Print the SQL and the configuration for the database of a known system."`
	Statistics statisticsCommand `cmd:"" help:"Print who asks: subscribers of feeds, visits of crawlers."`
	Check      checkCommand      `cmd:"" help:"Check the configuration and the content store."`
	Status     statusCommand     `cmd:"" help:"Show how all stations stand, as the process that serves has it."`
	Health     healthCommand     `cmd:"" help:"Ask the process that serves whether it runs."`
	Version    versionCommand    `cmd:"" help:"Print the version."`

	Completion completionCommand `cmd:"" help:"Print the completions for a shell: bash, zsh or fish."`
	Manual     manualCommand     `cmd:"" hidden:"" help:"Write the manual pages into a folder."`
}

// Run runs the command of args and returns the exit status: 0, 1 for a failure,
// 2 for a fault in the command line or in the configuration, 3 of explain. SIGINT,
// SIGTERM and SIGHUP end it, but SIGHUP has serve reload.
func Run(args []string, terminal Terminal) int {
	if os.Getenv("GOGC") == "" {
		paceCollector()
	}
	// In a container the collector works harder before the kernel ends the process, which
	// counts what it has of files, too. GOMEMLIMIT is another limit; without one, none.
	_, _ = memlimit.SetGoMemLimitWithOpts(memlimit.WithProvider(memlimit.FromCgroup), memlimit.WithRatio(0.75))
	screen, _ := terminal.Stderr.(*os.File)
	stdout, _ := terminal.Stdout.(*os.File)
	terminal.Stdout, terminal.Stderr = visible.Writer(terminal.Stdout), visible.Writer(terminal.Stderr)
	var c commands
	status := -1
	parser, err := kong.New(&c,
		kong.Name("feedstation"),
		kong.Description("Feeds and sitemaps for news portals with many stations."),
		kong.Writers(terminal.Stdout, terminal.Stderr),
		kong.Exit(func(code int) { status = code }),
		kong.UsageOnError(),
	)
	if err != nil {
		panic(err) // the commands' tags are wrong
	}
	parsed, err := parser.Parse(args)
	if status >= 0 { // --help has been printed
		return status
	}
	if err != nil {
		fmt.Fprintf(terminal.Stderr, "feedstation: %v\nTry: feedstation --help\n", err)
		return exitUsage
	}
	file := c.Config
	if parsed.Command() != "init" { // which makes it
		file = present(file)
	}
	err = parsed.Run(&invocation{terminal: terminal, screen: screen, stdout: stdout, configFile: file, program: parser.Model})
	return report(terminal.Stderr, err)
}

// report prints an error, once, and returns the exit status.
func report(stderr io.Writer, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return exitFailure
	case errors.Is(err, errLeftOut):
		return exitLeftOut
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, usage.err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "feedstation: %v\n", err)
	return exitFailure
}

// errReported is the failure of a command that has said what is wrong.
var errReported = errors.New("reported")

// usageError is a fault in the command line or in the configuration.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// invocation is one run of a command.
type invocation struct {
	terminal   Terminal
	screen     *os.File // below terminal.Stderr, for bars; nil: it is no file
	stdout     *os.File // below terminal.Stdout, to be drawn on; nil: it is no file
	configFile string
	program    *kong.Application // the command line's description
}

// Where the configuration is: in the working directory, or where packages and images
// have it.
const (
	defaultConfig  = "config.yaml"
	packagedConfig = "/etc/feedstation/config.yaml"
)

// present returns the packaged configuration where there is no other.
func present(file string) string {
	if _, err := os.Stat(file); file != defaultConfig || !errors.Is(err, fs.ErrNotExist) {
		return file
	}
	if _, err := os.Stat(packagedConfig); err != nil {
		return file
	}
	return packagedConfig
}

// config reads the configuration and shows its warnings.
func (in *invocation) config() (*config.Config, error) {
	cfg, err := config.Load(in.configFile, in.terminal.Environ)
	if err != nil {
		return nil, &usageError{err}
	}
	for _, warning := range cfg.Warnings {
		fmt.Fprintf(in.terminal.Stderr, "warning: %s\n", warning)
	}
	return cfg, nil
}

func (in *invocation) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(in.terminal.Stderr, &slog.HandlerOptions{Level: level}))
}

// interruptible returns a context that the signals to stop end.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), stopSignals()...)
}

// stopSignals are those that end a command other than serve. With nohup a hangup is
// nobody's.
func stopSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
