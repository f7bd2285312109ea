// Bench is feedstation side by side with others: WordPress, Django, Hugo, nginx,
// and libraries of Go and npm, on the same articles, on this machine, in turns.
//
//	go run . [-quick] [-peers django,hugo] [-works serve,render,build,change,faults] [-out ../docs] [-readme ../README.md]
//
// Everything it starts ends with it: servers on loopback ports of their own, in
// folders of their own. A peer that this machine lacks is left out, which is said
// loudly and in the document. Debian's packages: nginx, php-fpm, php-mysql,
// php-xml, wordpress, mariadb-server, python3-django, python3-mysqldb, gunicorn,
// hugo, nodejs and npm.
//
// It is Linux's, as it reads /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedstation/bench/report"
	"feedstation/internal/testkit/sqltest"
)

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 3 && args[0] == "work":
		err = craft(args[1], args[2])
	case len(args) == 5 && args[0] == "yardstick":
		err = serveYardstick(args[1], args[2], args[3], args[4])
	default:
		// The helpers of tests ask whether theirs is a short run.
		testing.Init()
		if err := flag.CommandLine.Parse(nil); err != nil {
			panic(err)
		}
		os.Exit(sqltest.Main(compare{args}))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// compare is what main does, with servers of sqltest.
type compare struct{ args []string }

// Run returns the exit status.
func (c compare) Run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, c.args)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "compare:", err)
		return 1
	}
	return 0
}

// options are the flags.
type options struct {
	size        size
	peers       []string
	works       []string
	out, readme string
}

// chapter is a group of works.
type chapter struct {
	name string
	run  func(*bench) error
}

// chapters are what can be measured, in the order of the document.
var chapters = []chapter{
	{"serve", (*bench).serving},
	{"render", (*bench).rendering},
	{"build", (*bench).building},
	{"change", (*bench).changing},
	{"faults", (*bench).watch},
}

func parse(args []string) (options, error) {
	o := options{size: full}
	set := flag.NewFlagSet("compare", flag.ContinueOnError)
	short := set.Bool("quick", false, "few articles and short turns: whether it runs, not what it measures")
	peers := set.String("peers", "", "the beginnings of names of peers, with commas; all by default, feedstation and the bare handler always")
	list := set.String("works", "", "serve, render, build, change, faults, with commas; all by default")
	set.StringVar(&o.out, "out", "", "write comparison.md and its charts into this folder")
	set.StringVar(&o.readme, "readme", "", "write the best and the worst row into this file")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("no arguments are taken: %q", set.Args())
	}
	if *short {
		o.size = quick
	}
	o.peers, o.works = commas(*peers), commas(*list)
	for _, name := range o.works {
		if !slices.ContainsFunc(chapters, func(c chapter) bool { return c.name == name }) {
			return o, fmt.Errorf("-works: no %q", name)
		}
	}
	return o, nil
}

// command is what repeats a run, wherever it was to write to.
func command(o options, args []string) string {
	if o.out == "../docs" && len(args) == 4 { // as make has it
		return "make compare"
	}
	var kept []string
	for i := 0; i < len(args); i++ {
		name, _, whole := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case name != "out" && name != "readme":
			kept = append(kept, args[i])
		case !whole:
			i++
		}
	}
	return strings.TrimSpace("GOWORK=off go -C bench run . " + strings.Join(kept, " "))
}

func commas(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func run(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	b := &bench{size: o.size, peers: o.peers}
	if b.stage, err = newStage(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stage.close()) }()
	if b.corpora, err = newLibrary(b.stage.TempDir()); err != nil {
		return err
	}
	step("building feedstation")
	if err := b.stage.set(func() error { b.program = b.stage.buildProgram(); return nil }); err != nil {
		return err
	}
	for _, c := range chapters {
		if len(o.works) > 0 && !slices.Contains(o.works, c.name) {
			continue
		}
		// What fails loses nothing of the others.
		if fault := b.stage.set(func() error { return c.run(b) }); fault != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", c.name, fault))
			b.missing = append(b.missing, fmt.Sprintf("%s, which failed", c.name))
		}
	}
	r := &report.Run{
		Results: b.results, Missing: b.missing, Versions: versions(ctx, b), Machine: machine(),
		Command: command(o, args),
	}
	fmt.Print(b.results.Tables())
	if o.out != "" {
		err = errors.Join(err, r.Write(filepath.Clean(o.out)))
	}
	if o.readme != "" {
		err = errors.Join(err, r.WriteREADME(o.readme))
	}
	return err
}
