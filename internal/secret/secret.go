// Package secret removes secrets from texts that others have written. A driver
// that has taken a piece of a password for a host or a database repeats that
// piece in its errors; this is the one place that knows how to find it.
package secret

import (
	"cmp"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Hidden stands for a secret wherever one is printed.
const Hidden = "[secret]"

const (
	// shortest is the length in bytes from which on a piece is looked for:
	// shorter ones are in every text.
	shortest = 4
	// enough is the length in bytes of a piece's beginning that is hidden where
	// the rest was cut off, as PostgreSQL does with long names.
	enough = 8
)

// Redactor removes secrets from texts. A nil Redactor has none. It does not
// change.
type Redactor struct {
	pieces []string // in lower case, the longest first
}

// New returns a redactor of secrets: of each as a whole, as it is
// percent-decoded, of its pieces between the characters at which a parser may
// cut, and of what follows such a character. Pieces of less than 4 bytes are
// not looked for.
func New(secrets ...string) *Redactor {
	r := &Redactor{}
	for _, text := range secrets {
		for _, form := range []string{text, decoded(text)} {
			r.add(form)
			for i, char := range form {
				if isCut(char) {
					r.add(form[i:])
				}
			}
			for _, piece := range strings.FieldsFunc(form, isCut) {
				r.add(piece)
				r.add(url.PathEscape(piece))
			}
		}
	}
	slices.SortFunc(r.pieces, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	r.pieces = slices.Compact(r.pieces)
	return r
}

func (r *Redactor) add(piece string) {
	if piece = strings.TrimFunc(piece, isCut); len(piece) >= shortest {
		r.pieces = append(r.pieces, lower(piece))
	}
}

// Text returns text without the secrets.
func (r *Redactor) Text(text string) string {
	if r == nil || len(r.pieces) == 0 {
		return text
	}
	var safe strings.Builder
	folded := lower(text)
	done := 0 // text up to there is in safe
	for i := 0; i < len(folded); {
		if strings.HasPrefix(folded[i:], Hidden) {
			i += len(Hidden)
			continue
		}
		n := r.match(folded[i:])
		if n == 0 {
			i++
			continue
		}
		safe.WriteString(text[done:i] + Hidden)
		i += n
		done = i
	}
	if done == 0 {
		return text
	}
	return safe.String() + text[done:]
}

// match returns how many bytes at the beginning of text are of a secret.
func (r *Redactor) match(text string) (longest int) {
	for _, piece := range r.pieces {
		n := 0
		for n < min(len(piece), len(text)) && piece[n] == text[n] {
			n++
		}
		if n >= min(len(piece), enough) {
			longest = max(longest, n)
		}
	}
	return longest
}

// Error returns err in words without the secrets. It wraps err.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if safe := r.Text(text); safe != text {
		return &redacted{safe, err}
	}
	return err
}

type redacted struct {
	text string
	err  error
}

func (e *redacted) Error() string { return e.text }
func (e *redacted) Unwrap() error { return e.err }

var (
	// passwordKey is what comes before a password among parameters.
	passwordKey = regexp.MustCompile(`(?i)(?:password|passwd|passphrase|pwd)\s*=\s*`)
	// nextKey is a parameter that the drivers know: an unquoted & or space
	// before anything else may be of the password.
	nextKey = regexp.MustCompile(`(?i)[\s&;](?:host|hostaddr|port|user|username|dbname|database|sslmode|sslrootcert|sslcert|sslkey|` +
		`connect_timeout|application_name|target_session_attrs|options|pool_\w+|search_path|timezone|tls|parsetime|loc|charset|collation|timeout)\s*=`)
	keyValue = regexp.MustCompile(`^\s*\w+\s*=`)
)

// InDSN returns what may be a password in the address of a database, however it
// is malformed: what is between the user and the last @, and the values of
// password parameters. It rather returns too much, then too little of an error
// is shown.
func InDSN(dsn string) (secrets []string) {
	_, rest, isURL := strings.Cut(dsn, "://")
	if !isURL {
		rest = dsn
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 && (isURL || !keyValue.MatchString(dsn)) {
		if user := strings.IndexFunc(rest[:at], isCut); user >= 0 {
			secrets = append(secrets, rest[user:at])
		}
	}
	for _, found := range passwordKey.FindAllStringIndex(dsn, -1) {
		value := dsn[found[1]:]
		if next := nextKey.FindStringIndex(value); next != nil {
			value = value[:next[0]]
		}
		secrets = append(secrets, value)
	}
	return secrets
}

// isCut reports a character at which some parser of addresses or settings cuts,
// or that is written otherwise where a text is quoted.
func isCut(char rune) bool {
	return unicode.IsSpace(char) || unicode.IsControl(char) || strings.ContainsRune("@:/?#%&=;,()[]{}<>\\|^`'\"+\uFFFD", char)
}

// lower folds ASCII only: the lengths stay.
func lower(text string) string {
	folded := []byte(text)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}

// decoded returns text with its percent-encodings resolved, but for broken ones.
func decoded(text string) string {
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		if i+2 < len(text) && text[i] == '%' {
			if char, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
				plain.Write(char)
				i += 2
				continue
			}
		}
		plain.WriteByte(text[i])
	}
	return plain.String()
}
