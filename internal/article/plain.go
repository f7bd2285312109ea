package article

import (
	"reflect"
	"unicode/utf16"
	"unicode/utf8"
)

// plain reads a line of the import format in which each value has its field's own type,
// as nearly all lines are, in a tenth of the time that strict takes. Where anything is
// otherwise it gives up, and strict reads the line again and says what is wrong. It is
// UTF-8, and its nesting is that of the format, however deep the line's is.
type plain struct {
	data []byte
	at   int
}

// line reads the whole line.
func (p *plain) line(into *line) bool {
	return p.object(reflect.ValueOf(into).Elem()) && p.next() == 0 && p.at == len(p.data)
}

// next returns the next byte that is no white space; 0: there is none.
func (p *plain) next() byte {
	for ; p.at < len(p.data); p.at++ {
		switch c := p.data[p.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// take takes a sign if it comes next.
func (p *plain) take(sign byte) bool {
	ok := p.next() == sign
	if ok {
		p.at++
	}
	return ok
}

// members reads what stands between two signs, with commas between, each by one.
func (p *plain) members(begin, end byte, one func() bool) bool {
	if !p.take(begin) {
		return false
	}
	if p.take(end) {
		return true
	}
	for one() {
		if p.take(end) {
			return true
		}
		if !p.take(',') {
			break
		}
	}
	return false
}

func (p *plain) object(into reflect.Value) bool {
	known, seen := fields[into.Type()], uint64(0)
	return p.members('{', '}', func() bool {
		name, escaped, ok := p.quoted()
		if !ok || escaped || !p.take(':') {
			return false
		}
		i, ok := known[string(name)]
		if !ok || seen&(1<<i) != 0 {
			return false
		}
		seen |= 1 << i
		return p.word("null") || p.value(into.Field(i))
	})
}

func (p *plain) value(into reflect.Value) bool {
	switch into.Kind() {
	case reflect.String:
		text, ok := p.text()
		into.SetString(text)
		return ok
	case reflect.Bool:
		flag := p.word("true")
		into.SetBool(flag)
		return flag || p.word("false")
	case reflect.Int, reflect.Int64:
		n, ok := p.number()
		ok = ok && !into.OverflowInt(n)
		if ok {
			into.SetInt(n)
		}
		return ok
	case reflect.Struct:
		return p.object(into)
	case reflect.Slice:
		return p.members('[', ']', func() bool {
			n := into.Len()
			into.Grow(1)
			into.SetLen(n + 1)
			return p.value(into.Index(n))
		})
	}
	return false
}

// word takes a word if it comes next.
func (p *plain) word(word string) bool {
	p.next()
	rest := p.data[p.at:]
	if len(rest) < len(word) || string(rest[:len(word)]) != word {
		return false
	}
	p.at += len(word)
	return true
}

// number takes a whole number of at most 18 digits.
func (p *plain) number() (n int64, ok bool) {
	p.next()
	begin := p.at
	for ; p.at < len(p.data) && p.data[p.at]-'0' <= 9; p.at++ {
		n = n*10 + int64(p.data[p.at]-'0')
		if p.at-begin == 18 {
			return 0, false
		}
	}
	return n, p.at > begin && (p.data[begin] != '0' || p.at == begin+1)
}

// quoted takes a text as it is written, and whether it has escapes.
func (p *plain) quoted() (raw []byte, escaped, ok bool) {
	if !p.take('"') {
		return nil, false, false
	}
	for i := p.at; i < len(p.data); i++ {
		switch c := p.data[i]; {
		case c == '"':
			raw, p.at = p.data[p.at:i], i+1
			return raw, escaped, true
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			return nil, false, false
		}
	}
	return nil, false, false
}

func (p *plain) text() (string, bool) {
	raw, escaped, ok := p.quoted()
	if !ok || !escaped {
		return string(raw), ok
	}
	text := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			text = append(text, raw[i])
			continue
		}
		i++ // a text does not end with half an escape
		switch c := raw[i]; c {
		case '"', '\\', '/':
			text = append(text, c)
		case 'b':
			text = append(text, '\b')
		case 'f':
			text = append(text, '\f')
		case 'n':
			text = append(text, '\n')
		case 'r':
			text = append(text, '\r')
		case 't':
			text = append(text, '\t')
		case 'u':
			r, ok := hex4(raw[i+1:])
			i += 4
			if ok && utf16.IsSurrogate(r) && len(raw) > i+2 && raw[i+1] == '\\' && raw[i+2] == 'u' {
				var low rune
				low, ok = hex4(raw[i+3:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			if !ok || utf16.IsSurrogate(r) || r == utf8.RuneError { // half a pair, maybe
				return "", false
			}
			text = utf8.AppendRune(text, r)
		default:
			return "", false
		}
	}
	return string(text), true
}

// hex4 reads four hexadecimal digits.
func hex4(digits []byte) (r rune, ok bool) {
	if len(digits) < 4 {
		return 0, false
	}
	for _, c := range digits[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
