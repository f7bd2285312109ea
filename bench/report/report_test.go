package report

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	speed = &Work{ID: "speed", Title: "Speed", Base: "yardstick", Unit: "requests/s", Sentence: "{peer} answers {times} as many as {base}."}
	size  = &Work{ID: "size", Title: "Size", Base: Us, Unit: "MB", Less: true, Sentence: "{peer} has {times} as much as {base}."}
	night = &Work{Title: "At night"}
)

func results() Results {
	return Results{
		{Work: speed, Peer: "yardstick", Rounds: []float64{1000, 2000, 1000}},
		{Work: speed, Peer: Us, Rounds: []float64{500, 1600, 900}},
		{Work: speed, Peer: "nginx & files", Rounds: []float64{2000, 4000, 1500}},
		{Work: size, Peer: Us, Rounds: []float64{10}},
		{Work: size, Peer: "Hugo", Rounds: []float64{12345}},
		{Work: night, Peer: Us, Word: "200"},
		{Work: night, Peer: "Hugo", Word: "500"},
	}
}

// A ratio is made of figures of one round, before its median is taken.
func TestSentence(t *testing.T) {
	rs := results()
	for i, want := range []string{
		"yardstick is what the others are compared with.",
		"feedstation answers 0.800 times (0.500–0.900) as many as yardstick.",
		"nginx & files answers 2.00 times (1.50–2.00) as many as yardstick.",
		"feedstation is what the others are compared with.",
		"Hugo has 1,234 times (1,234) as much as feedstation.",
	} {
		if got := rs.Sentence(rs[i]); got != want {
			t.Errorf("%d: got %q, want %q", i, got, want)
		}
	}
}

// Better is less where a work says so, and the yardstick is nobody's competitor.
func TestExtremes(t *testing.T) {
	rs := results()
	best, worst, ok := rs.Extremes()
	if !ok || best.Peer != "Hugo" || worst.Peer != "nginx & files" {
		t.Errorf("best %+v, worst %+v", best, worst)
	}
	better := rs.Better()
	if len(better) != 2 || better[0].Peer != "yardstick" || better[1].Peer != "nginx & files" {
		t.Errorf("better than we are: %+v", better)
	}
	if _, _, ok := rs[:2].Extremes(); ok {
		t.Error("the yardstick is an extreme")
	}
}

func TestNumber(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", 0.00012: "0.00012", 0.0358: "0.0358", 0.97: "0.970", 4.567: "4.57", 45.67: "45.7", 999: "999", 1234.5: "1,234", 1234567: "1,234,567",
	} {
		if got := number(f); got != want {
			t.Errorf("number(%g) = %s, want %s", f, got, want)
		}
	}
}

// Every chart is well-formed, names all peers and no other, and is dark where the
// reader is.
func TestChart(t *testing.T) {
	rs := results()
	for _, w := range []*Work{speed, size} {
		svg := rs.Chart(w)
		var any struct {
			Texts []string `xml:"text"`
		}
		if err := xml.Unmarshal([]byte(svg), &any); err != nil {
			t.Fatalf("%v\n%s", err, svg)
		}
		for _, r := range rs.Of(w) {
			if !strings.Contains(strings.Join(any.Texts, "\n"), r.Peer) {
				t.Errorf("%s: no %s in %q", w.Title, r.Peer, any.Texts)
			}
		}
		for _, text := range []string{"prefers-color-scheme:dark", "NaN", "Inf"} {
			if want := text[0] == 'p'; strings.Contains(svg, text) != want {
				t.Errorf("%s: %q\n%s", w.Title, text, svg)
			}
		}
	}
}

// What is written names what was left out, shows each chart it writes and no
// other, and says where others are better.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	former := filepath.Join(dir, "comparison-former.svg")
	if err := os.WriteFile(former, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	run := Run{
		Results: results(), Command: "make compare", Machine: "linux/amd64", Missing: []string{"Django: missing: python3-django"},
		Versions: []Version{{"Hugo", "0.111.3", "Debian's"}},
	}
	if err := run.Write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "comparison.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Django: missing: python3-django", "| Hugo | 0.111.3 | Debian's |", "(comparison-speed.svg)", "(comparison-size.svg)",
		"| | feedstation | Hugo |\n|---|---|---|\n| At night | 200 | 500 |\n",
		"- Speed: beside nginx & files, feedstation is 2.50 times worse (1.67–4.00).",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	charts, err := filepath.Glob(filepath.Join(dir, "*.svg"))
	if err != nil || len(charts) != 2 {
		t.Errorf("charts: %v %v", charts, err)
	}
}

func TestWriteREADME(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	run := Run{Results: results()}
	if err := os.WriteFile(file, []byte("before\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run.WriteREADME(file); err == nil {
		t.Error("a file without marks is written to")
	}
	if err := os.WriteFile(file, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run.WriteREADME(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := "before\n" + begin + "| work | feedstation | beside | feedstation is |\n|---|--:|--:|---|\n" +
		"| best row: Size, MB | 10.0 | Hugo: 12,345 | 1,234 times better (1,234) |\n" +
		"| worst row: Speed, requests/s | 900 | nginx & files: 2,000 | 2.50 times worse (1.67–4.00) |\n" + end + "after\n"
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}
