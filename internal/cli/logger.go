package cli

import (
	"context"
	"io"
	"log"
	"log/slog"
	"sync/atomic"

	"feedstation/internal/config"
)

// output is where a serving process logs to. Its format and level may change while
// loggers are in use.
type output struct {
	to      io.Writer
	current atomic.Pointer[slog.Handler]
}

// newOutput returns an output as the configuration has it.
func newOutput(to io.Writer, c config.Log) *output {
	o := &output{to: to}
	o.set(c)
	return o
}

func (o *output) set(c config.Log) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		panic(err) // the configuration allows the names that slog has
	}
	options := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(o.to, options)
	if c.Format == config.LogJSON {
		options.ReplaceAttr = func(_ []string, a slog.Attr) slog.Attr {
			if a.Value.Kind() == slog.KindDuration { // else it is a number of nanoseconds
				a.Value = slog.StringValue(a.Value.Duration().String())
			}
			return a
		}
		h = slog.NewJSONHandler(o.to, options)
	}
	o.current.Store(&h)
}

func (o *output) logger() *slog.Logger { return slog.New(&outputHandler{output: o}) }

// takeStandard has what libraries write to the standard logger be logged at level debug:
// net/http quotes there what a server says out of turn, and a subscriber's server is
// anybody's.
func (o *output) takeStandard() {
	log.SetFlags(0)
	log.SetOutput(slog.NewLogLogger(o.logger().Handler(), slog.LevelDebug).Writer())
}

// outputHandler hands records to what the output is at the moment.
type outputHandler struct {
	output *output
	with   []func(slog.Handler) slog.Handler // attributes and groups
}

func (h *outputHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return (*h.output.current.Load()).Enabled(ctx, level)
}

func (h *outputHandler) Handle(ctx context.Context, r slog.Record) error {
	to := *h.output.current.Load()
	for _, with := range h.with {
		to = with(to)
	}
	return to.Handle(ctx, r)
}

func (h *outputHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.and(func(to slog.Handler) slog.Handler { return to.WithAttrs(attrs) })
}

func (h *outputHandler) WithGroup(name string) slog.Handler {
	return h.and(func(to slog.Handler) slog.Handler { return to.WithGroup(name) })
}

func (h *outputHandler) and(with func(slog.Handler) slog.Handler) slog.Handler {
	return &outputHandler{h.output, append(h.with[:len(h.with):len(h.with)], with)}
}
