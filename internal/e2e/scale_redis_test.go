//go:build archive && linux

package e2e

import (
	"fmt"
	"strings"
	"time"

	"feedstation/internal/testkit/redistest"
)

// The counters of INFO that are measured, of all masters together.
var redisCounters = []struct {
	name, what string
	figure
	scale float64
}{
	{"total_commands_processed", "commands a second", figure{}, 1},
	{"total_reads_processed", "round trips a second", figure{}, 1},
	{"total_net_input_bytes", "to Redis, kB a second", figure{}, 1e3},
	{"total_net_output_bytes", "from Redis, kB a second", figure{}, 1e3},
	{"used_cpu_user", "its processor time, ms a second", figure{}, 1e-3},
	{"used_cpu_sys", "  in the system", figure{}, 1e-3},
}

// window adds what the masters do in a second while something happens, and what memory
// they use then.
func (f *scaleFleet) window(name string, happen func()) {
	f.Helper()
	before, began := f.info(), time.Now()
	happen()
	after, seconds := f.info(), time.Since(began).Seconds()
	f.results.add(name+": Redis' memory", after["used_memory"]/megabyte, figure{unit: "MB"})
	for _, c := range redisCounters {
		f.results.add("  "+c.what, (after[c.name]-before[c.name])/c.scale/seconds, c.figure)
	}
}

// info returns the sums of the masters' figures.
func (f *scaleFleet) info() map[string]float64 {
	f.Helper()
	sums := map[string]float64{}
	for _, master := range f.masters {
		for name, value := range infoOf(f, master) {
			sums[name] += value
		}
	}
	return sums
}

func infoOf(f *scaleFleet, server *redistest.Server) map[string]float64 {
	f.Helper()
	values := map[string]float64{}
	for line := range strings.Lines(fmt.Sprint(server.Do("INFO"))) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ":")
		var value float64
		if _, err := fmt.Sscanf(text, "%g", &value); err == nil {
			values[name] = value
		}
	}
	for _, c := range redisCounters {
		if _, ok := values[c.name]; !ok {
			f.Fatalf("INFO of %s has no %s", server.Addr(), c.name)
		}
	}
	return values
}
