package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"strings"
	"testing"
	"time"

	"feedstation/internal/config"
)

// TestOutput has loggers, also those with attributes that were made before, follow the
// format and the level.
func TestOutput(t *testing.T) {
	var out bytes.Buffer
	o := newOutput(&out, config.Log{Format: config.LogText, Level: "info"})
	log := o.logger().With("component", "refresh").WithGroup("run").With("n", 1)
	say := func() string {
		out.Reset()
		log.Debug("quiet")
		log.Error("task failed", "error", errors.New("two\nlines"), "duration", 1500*time.Millisecond)
		return out.String()
	}
	text := say()
	if want := ` level=ERROR msg="task failed" component=refresh run.n=1 run.error="two\nlines" run.duration=1.5s` + "\n"; !strings.HasSuffix(text, want) || strings.Count(text, "\n") != 1 {
		t.Errorf("text: %q", text)
	}
	o.set(config.Log{Format: config.LogJSON, Level: "error"})
	var got struct {
		Level, Msg, Component string
		Run                   struct {
			N               int
			Error, Duration string
		}
	}
	if err := json.Unmarshal([]byte(say()), &got); err != nil || got.Level != "ERROR" || got.Component != "refresh" || got.Run.N != 1 || got.Run.Error != "two\nlines" || got.Run.Duration != "1.5s" {
		t.Errorf("JSON: %+v, %v", got, err)
	}
	if log.Warn("quiet"); strings.Contains(out.String(), "quiet") {
		t.Error("a warning at level error")
	}
	o.set(config.Log{Format: config.LogText, Level: "debug"})
	if text := say(); !strings.Contains(text, "quiet") {
		t.Errorf("debug: %q", text)
	}
}

// A server that says something out of turn, as a body behind a 204, does not write into
// the log.
func TestOutputTakesStandard(t *testing.T) {
	flags, to := log.Flags(), log.Writer()
	defer func() { log.SetFlags(flags); log.SetOutput(to) }()
	var out bytes.Buffer
	o := newOutput(&out, config.Log{Format: config.LogText, Level: "info"})
	o.takeStandard()
	if log.Print("Unsolicited response"); out.Len() > 0 {
		t.Errorf("logged %q", &out)
	}
	o.set(config.Log{Format: config.LogText, Level: "debug"})
	log.Print("Unsolicited\nresponse")
	if want := ` level=DEBUG msg="Unsolicited\nresponse"` + "\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("logged %q, want %q", &out, want)
	}
}
