package content

import (
	"iter"
	"testing"
	"time"
)

// BenchmarkServers measures what every day asks for, of 100,000 articles.
func BenchmarkServers(b *testing.B) {
	for _, driver := range []string{Postgres, MySQL} {
		store, _ := large(b, driver, 100_000)
		for _, bm := range []struct {
			name string
			do   func(*Snapshot) error
		}{
			{"snapshot", func(*Snapshot) error { return nil }},
			{"latest", func(s *Snapshot) error { _, err := s.Latest(b.Context(), stations(1), "", 50); return err }},
			{"latest of a channel", func(s *Snapshot) error { _, err := s.Latest(b.Context(), stations(1), "c2", 50); return err }},
			{"latest of all", func(s *Snapshot) error { _, err := s.Latest(b.Context(), stations(14), "", 50); return err }},
			{"months", func(s *Snapshot) error { _, err := s.Months(b.Context(), "s0", time.UTC); return err }},
			{"changes, none", func(s *Snapshot) error { return exhaust(s.Changes(b.Context(), s.Time())) }},
			{"changes of 100,000", func(s *Snapshot) error { return exhaust(s.Changes(b.Context(), s.Time().AddDate(-20, 0, 0))) }},
			{"totals of a month", func(s *Snapshot) error {
				_, err := s.Totals(b.Context(), "s0", s.Time().AddDate(-1, -1, 0), s.Time().AddDate(-1, 0, 0))
				return err
			}},
			{"totals of 120 months", func(s *Snapshot) error {
				months, err := s.Months(b.Context(), "s0", time.UTC)
				if err != nil {
					return err
				}
				_, err = s.TotalsByMonth(b.Context(), "s0", months, time.UTC)
				return err
			}},
			{"inventory", func(s *Snapshot) error { return exhaust(s.Inventory(b.Context())) }},
		} {
			b.Run(driver+"/"+bm.name, func(b *testing.B) {
				for b.Loop() {
					s, err := store.Snapshot(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					if err := bm.do(s); err != nil {
						b.Fatal(err)
					}
					s.Close()
				}
			})
		}
	}
}

// exhaust returns the error of a sequence.
func exhaust[T any](sequence iter.Seq2[T, error]) error {
	for _, err := range sequence {
		if err != nil {
			return err
		}
	}
	return nil
}
