package server

import (
	"strings"

	"feedstation/internal/edition"
)

// preference is the order in which equal qualities are decided: the smallest
// first.
var preference = [...]edition.Encoding{edition.Brotli, edition.Zstd, edition.Gzip, edition.Identity}

// made are the encodings that are there without being made first.
var made = preference[2:]

// negotiate returns the encoding in which a client wants a document (RFC 9110
// §12.5.3): the one with the highest quality, by preference where several are
// equal, of those that are offered. It reports false if the client refuses all of
// them.
func negotiate(fields []string, d *edition.Document, offered []edition.Encoding) (edition.Encoding, bool) {
	if len(fields) == 0 {
		return edition.Identity, true // no preference; old clients mean identity
	}
	accepted, ok := usual[fields[0]]
	if !ok || len(fields) > 1 {
		accepted = parseAccepted(fields)
	}
	for _, any := range []bool{false, true} { // better larger than not at all
		best, quality := edition.Identity, 0
		for _, encoding := range offered {
			if q := accepted.quality(encoding); q > quality && d.Has(encoding, any) {
				best, quality = encoding, q
			}
		}
		if quality > 0 {
			return best, true
		}
	}
	return edition.Identity, false
}

// usual is what most clients send, parsed once: that takes as long as all else that is
// found out of a request.
var usual = parseEach("gzip", "gzip, deflate", "gzip,deflate", "gzip, deflate, br", "gzip, deflate, br, zstd", "br, gzip", "br,gzip", "gzip, br", "identity")

func parseEach(fields ...string) map[string]qualities {
	parsed := map[string]qualities{}
	for _, field := range fields {
		parsed[field] = parseAccepted([]string{field})
	}
	return parsed
}

// qualities are a client's, in thousandths; unset where it does not name a
// coding.
type qualities struct {
	named [len(preference)]int
	any   int
}

const unset = -1

func (q *qualities) quality(encoding edition.Encoding) int {
	switch {
	case q.named[encoding] != unset:
		return q.named[encoding]
	case q.any != unset && (encoding != edition.Identity || q.any == 0):
		return q.any
	case encoding == edition.Identity:
		return 1 // acceptable unless refused, but the last choice
	}
	return 0
}

func parseAccepted(fields []string) qualities {
	q := qualities{named: [len(preference)]int{unset, unset, unset, unset}, any: unset}
	for _, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			coding, parameters, _ := strings.Cut(part, ";")
			switch coding = strings.TrimSpace(coding); {
			case coding == "*":
				q.any = weight(parameters)
			case strings.EqualFold(coding, "gzip"), strings.EqualFold(coding, "x-gzip"):
				q.named[edition.Gzip] = weight(parameters)
			case strings.EqualFold(coding, "br"):
				q.named[edition.Brotli] = weight(parameters)
			case strings.EqualFold(coding, "zstd"):
				q.named[edition.Zstd] = weight(parameters)
			case strings.EqualFold(coding, "identity"):
				q.named[edition.Identity] = weight(parameters)
			}
		}
	}
	return q
}

// weight returns the quality in thousandths (RFC 9110 §12.4.2). One that can't
// be read is taken as a wish, not as a refusal.
func weight(parameters string) int {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		if q, ok := thousandths(strings.TrimSpace(value)); ok {
			return q
		}
		return 1000
	}
	return 1000
}

// thousandths reads a quality: 0 or 1, with up to three decimals, at most 1.
func thousandths(value string) (int, bool) {
	whole, decimals, _ := strings.Cut(value, ".")
	if whole != "0" && whole != "1" || len(decimals) > 3 || strings.Trim(decimals, "0123456789") != "" {
		return 0, false
	}
	q := int(whole[0] - '0')
	for i := range 3 {
		q *= 10
		if i < len(decimals) {
			q += int(decimals[i] - '0')
		}
	}
	return q, q <= 1000
}
