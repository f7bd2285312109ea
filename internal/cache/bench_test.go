package cache

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/redistest"
)

// large returns the edition of a station with a long archive, in which one
// edition has few documents other than the one before.
func large(documents, version int) *edition.Edition {
	all := map[string]*edition.Document{}
	for i := range documents {
		text := fmt.Sprint("document ", i)
		if i < 20 {
			text += fmt.Sprint(" version ", version)
		}
		all[fmt.Sprintf("/sitemaps/%d.xml", i)] = edition.NewDocument("text/xml; charset=utf-8", []byte(text), noon)
	}
	return edition.New("xt", int64(version+1), noon.Add(time.Duration(version)*time.Minute), "build", all)
}

// BenchmarkPublish publishes a station of 2,000 documents of which 20 are new,
// and tells how long the script holds up Redis.
func BenchmarkPublish(b *testing.B) {
	b.Run("redis", func(b *testing.B) {
		server := redistest.Start(b)
		r := newRedis(b, server.Addr())
		version := 0
		next := func() {
			if _, err := r.Publish(b.Context(), large(2000, version)); err != nil {
				b.Fatal(err)
			}
			version++
		}
		for range DefaultKeep + 2 {
			next()
		}
		server.Do("CONFIG", "RESETSTAT")
		for b.Loop() {
			next()
		}
		b.ReportMetric(usecPerCall(b, server, "evalsha")/1000, "script-ms/op")
	})
	b.Run("local", func(b *testing.B) {
		l := newLocal(b)
		version := 0
		for b.Loop() {
			if _, err := l.Publish(b.Context(), large(2000, version)); err != nil {
				b.Fatal(err)
			}
			version++
		}
	})
}

// usecPerCall returns how long Redis itself takes for a command on average.
func usecPerCall(b *testing.B, server *redistest.Server, command string) float64 {
	b.Helper()
	for line := range lines(server.Do("INFO", "commandstats")) {
		var calls, usec int64
		var each float64
		if n, _ := fmt.Sscanf(line, "cmdstat_"+command+":calls=%d,usec=%d,usec_per_call=%f", &calls, &usec, &each); n == 3 {
			return each
		}
	}
	b.Fatalf("no statistics of %s", command)
	return 0
}

func lines(reply any) func(func(string) bool) {
	return strings.SplitSeq(fmt.Sprint(reply), "\r\n")
}
