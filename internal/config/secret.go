package config

import (
	"fmt"
	"io"
	"log/slog"

	"feedstation/internal/secret"
)

// hidden stands for a secret wherever one is printed.
const hidden = secret.Hidden

// Secret is a text that is never printed: formatting, logging and encoding it
// give [secret], or nothing when it is empty. The zero Secret is empty.
type Secret struct {
	// A pointer, since package fmt can't call the methods of a Secret that lies
	// in somebody's unexported field, and prints what is in it.
	text *string
}

// NewSecret returns text as a secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Equal reports whether both are the same text. Comparing with == does not.
func (s Secret) Equal(other Secret) bool {
	return s.Reveal() == other.Reveal()
}

// String returns [secret], or nothing for the empty secret.
func (s Secret) String() string {
	if s.Reveal() == "" {
		return ""
	}
	return hidden
}

// GoString returns what String does.
func (s Secret) GoString() string { return s.String() }

// Format prints what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue logs what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText encodes what String returns, in JSON and YAML as well.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
