package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"feedstation/internal/terminal"
)

// lineEvery is how often progress is a line where it can't be a bar.
const lineEvery = 5 * time.Second

// progress shows how far long work is: as a bar on a terminal, as a line every
// few seconds elsewhere. Short work shows nothing elsewhere.
type progress struct {
	what  string
	total int64 // negative: unknown
	done  int64
	out   io.Writer
	bar   *progressbar.ProgressBar // nil: not a terminal
	last  time.Time
}

func (in *invocation) progress(what string, total int64, bytes bool) *progress {
	p := &progress{what: what, total: total, out: in.terminal.Stderr, last: time.Now()}
	if f := in.screen; f != nil && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(terminal.Line(what)),
			progressbar.OptionShowBytes(bytes), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetTheme(progressbar.ThemeUnicode))
	}
	return p
}

// add tells that n more are done.
func (p *progress) add(n int) {
	p.done += int64(n)
	if p.bar != nil {
		_ = p.bar.Add(n) // a bar that can't be drawn must not stop the work
		return
	}
	if time.Since(p.last) < lineEvery {
		return
	}
	p.last = time.Now()
	if p.total > 0 {
		fmt.Fprintf(p.out, "%s: %d of %d (%d %%)\n", p.what, p.done, p.total, 100*p.done/p.total)
	} else {
		fmt.Fprintf(p.out, "%s: %d\n", p.what, p.done)
	}
}

// Write implements io.Writer: the bytes are done.
func (p *progress) Write(b []byte) (int, error) {
	p.add(len(b))
	return len(b), nil
}

// finish takes the bar away.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
