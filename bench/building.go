package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"feedstation/bench/report"
)

const buildingNote = "From %d articles, without anything that an earlier build left: `feedstation build --out`, with its sitemaps, their .gz and .br, " +
	"its feeds in three formats of a station and three channels, and its pages; `hugo` with the same feeds and one sitemap, and no page of an article."

// The works of a full build.
var (
	buildWork = &report.Work{
		ID: "build", Title: "Full build", Base: us, Unit: "s", Less: true,
		Sentence: "{peer} takes {times} as long as {base} to build everything.",
	}
	buildProcessor = &report.Work{
		ID: "build-processor", Title: "Processor time of a full build", Base: us, Unit: "s", Less: true, Note: "Of the same builds, on all cores.",
		Sentence: "{peer} takes {times} as much of the processor as {base} to build everything.",
	}
	buildMemory = &report.Work{
		ID: "build-memory", Title: "Memory of a full build", Base: us, Unit: "MB", Less: true, Note: "The most that was resident during the same builds.",
		Sentence: "{peer} has at most {times} as much memory resident as {base} while it builds everything.",
	}
)

// builds is how often everything is built; each takes many times as long as a turn.
const builds = 3

// builder builds everything from nothing.
type builder struct {
	peer  string
	build func(context.Context) (*os.ProcessState, error)
}

func (b *bench) building() error {
	lines, err := b.lines(b.size.build)
	if err != nil {
		return err
	}
	file, err := b.corpora.file(b.size.build)
	if err != nil {
		return err
	}
	var builders []builder
	err = errors.Join(
		b.invite(us, func() error {
			o := b.stage.newOurs(b.program)
			o.importFile(file)
			out := filepath.Join(o.dir, "out")
			builders = append(builders, builder{us, func(ctx context.Context) (*os.ProcessState, error) {
				if err := errors.Join(os.RemoveAll(out), os.RemoveAll(filepath.Join(o.dir, "var"))); err != nil {
					return nil, err
				}
				return o.run(ctx, "build", "--out", out)
			}})
			return nil
		}),
		b.invite(hugoName, func() error {
			h := b.stage.newHugo(lines)
			builders = append(builders, builder{hugoName, func(ctx context.Context) (*os.ProcessState, error) {
				if err := errors.Join(os.RemoveAll(filepath.Join(h.dir, "public")), os.RemoveAll(filepath.Join(h.dir, "resources"))); err != nil {
					return nil, err
				}
				return h.build(ctx)
			}})
			return nil
		}),
	)
	if err != nil {
		return err
	}
	return b.build(builders)
}

func (b *bench) build(builders []builder) error {
	step("building %d articles", b.size.build)
	wall, processor, peak := grid(len(builders), builds), grid(len(builders), builds), grid(len(builders), builds)
	names := make([]string, len(builders))
	err := turns(b.stage.ctx, builds, len(builders), func(round, i int) error {
		names[i] = builders[i].peer
		began := time.Now()
		state, err := builders[i].build(b.stage.ctx)
		if err != nil {
			return err
		}
		wall[i][round] = time.Since(began).Seconds()
		processor[i][round] = (state.UserTime() + state.SystemTime()).Seconds()
		peak[i][round] = float64(state.SysUsage().(*syscall.Rusage).Maxrss) * 1024 / 1e6
		return nil
	})
	if err != nil {
		return err
	}
	buildWork.Note = fmt.Sprintf(buildingNote, b.size.build)
	b.add(buildWork, names, func(i int) []float64 { return wall[i] })
	b.add(buildProcessor, names, func(i int) []float64 { return processor[i] })
	b.add(buildMemory, names, func(i int) []float64 { return peak[i] })
	return nil
}
