package content

import (
	"context"
	"time"

	"feedstation/internal/article"
)

// Trial is told what a store is asked, and what it leaves out: before a newsroom
// serves from a database, every question can be asked to see what it costs. Either
// function may be nil.
type Trial struct {
	Left  func(article.RowError) // a row or a value, each time that it is read
	Asked func(Question)
}

// Question is a statement that a store has been asked.
type Question struct {
	Took  time.Duration // that the store took to answer
	Scans []Scan        // as far as the engine tells
}

// Scan is a large table that a statement reads or sorts as a whole, by the engine's own
// estimate.
type Scan struct {
	Table string // or the alias that a view has for it; "<derived2>": the view is made as a whole
	Rows  int64  // about; 0 or less: not known
}

// plan returns what the engine means to do for a statement. An engine that does not
// tell, as MySQL without the right to SHOW VIEW, has a plan without anything.
func (s *Snapshot) plan(ctx context.Context, q *statement) estimate {
	p, err := s.dialect.plan(ctx, s.conn, q)
	if err != nil {
		return estimate{}
	}
	return p
}

// clocked notes what a server takes to answer; nil: nobody wants to know.
type clocked struct {
	question Question
	told     func(Question)
}

func (s *Snapshot) clock(ctx context.Context, q *statement) *clocked {
	t := s.store.trial
	if t == nil || t.Asked == nil {
		return nil
	}
	return &clocked{Question{Scans: s.plan(ctx, q).scans}, t.Asked}
}

// time runs what the server is waited for.
func (c *clocked) time(do func()) {
	if c == nil {
		do()
		return
	}
	began := time.Now()
	do()
	c.question.Took += time.Since(began)
}

func (c *clocked) end() {
	if c != nil {
		c.told(c.question)
	}
}
