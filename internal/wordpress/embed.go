package wordpress

import (
	"strings"
)

// embeds makes a link of each address that has a line or a paragraph of its own,
// where WordPress shows what is there.
func embeds(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	var b strings.Builder
	z := scanner{s: s}
	begins := true // a line
	for {
		t, ok := z.token()
		if !ok {
			return b.String()
		}
		if t.kind != text {
			b.WriteString(t.s)
			begins = t.kind == tag && !t.end && t.name == "p"
			continue
		}
		rest := s[z.pos:]
		for line := range strings.Lines(t.s) {
			ended := strings.HasSuffix(line, "\n") || rest == "" || hasPrefixFold(rest, "</p")
			if address := strings.TrimSpace(line); begins && ended && isAddress(address) {
				i := strings.Index(line, address)
				b.WriteString(line[:i] + link(address, address) + line[i+len(address):])
			} else {
				b.WriteString(line)
			}
			begins = strings.HasSuffix(line, "\n") || begins && strings.TrimSpace(line) == ""
		}
	}
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isAddress reports whether s is one address of the web and nothing else.
func isAddress(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	return ok && rest != "" && !strings.ContainsAny(s, " \t\n<>\"[]")
}

// link returns a link to an address, with a text of which only the address's own
// references are read.
func link(address, name string) string {
	return `<a href="` + attribute(address) + `">` + escape(name) + "</a>"
}

// attribute returns a value to be quoted. References that are in it stay: what it
// comes from is HTML.
func attribute(s string) string { return quotes.Replace(s) }

var quotes = strings.NewReplacer(`"`, "&#34;", "<", "&lt;", ">", "&gt;")

// escape returns a text without the signs of markup and of shortcodes. References
// that are in it stay.
func escape(s string) string { return signs.Replace(s) }

var signs = strings.NewReplacer("<", "&lt;", ">", "&gt;", "[", "&#91;", "]", "&#93;")
