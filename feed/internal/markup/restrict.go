package markup

import "strings"

// Gone is what becomes of an element that goes with what is in it, see Restrict.
const Gone = "-"

// Restrict returns a body that Body wrote with fewer elements, for those who take
// fewer: become says into which one each turns, or that it is Gone. An element that
// turns into another loses its attributes. Of those that it does not name the tags
// go, and what is in them stays.
func Restrict(body string, become map[string]string) string {
	var out strings.Builder
	out.Grow(len(body))
	z := scanner{s: body}
	gone := 0 // elements that are open, in one that goes
	for {
		t, ok := z.next()
		if !ok {
			return out.String()
		}
		if t.kind == textToken || t.kind == rawToken {
			if gone == 0 {
				out.WriteString(t.raw)
			}
			continue
		}
		e, known := profile[t.name]
		into := become[t.name]
		switch {
		case gone > 0 || into == Gone:
			if !known || e.void {
				continue
			}
			if t.kind == startTag {
				gone++
			} else {
				gone--
			}
		case into == t.name:
			out.WriteString(t.raw)
		case into != "" && t.kind == startTag:
			out.WriteString("<" + into + ">")
		case into != "":
			out.WriteString("</" + into + ">")
		}
	}
}
