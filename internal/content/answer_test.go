package content_test

import (
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/content"
	"feedstation/internal/testkit/require"
)

func TestAnswers(t *testing.T) {
	s := open(t, t.TempDir()+"/content.db")
	want := content.Answer{Digest: "d", Status: 200, Body: "{}\n"}
	if err := s.Remember(t.Context(), "k", want); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := s.Answered(t.Context(), "k"); !ok || err != nil || got != want {
		t.Errorf("%+v, %t, %v; want %+v", got, ok, err, want)
	}
	if _, ok, err := s.Answered(t.Context(), "other"); ok || err != nil {
		t.Errorf("an answer that nobody gave: %t, %v", ok, err)
	}
}

// TestAnswersBounded has large answers push out the oldest ones.
func TestAnswersBounded(t *testing.T) {
	require.Time(t)
	s := open(t, t.TempDir()+"/content.db")
	for i := range 100 {
		if err := s.Remember(t.Context(), fmt.Sprint(i), content.Answer{Body: strings.Repeat("x", 1<<20)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 {
		if _, ok, err := s.Answered(t.Context(), fmt.Sprint(i)); ok != (i >= 36) || err != nil {
			t.Errorf("answer %d: %t, %v", i, ok, err)
		}
	}
}
