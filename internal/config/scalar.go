package config

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	// A machine may have no time zones, as a small container.
	_ "time/tzdata"

	"golang.org/x/text/language"

	"feedstation/internal/network"
	"feedstation/internal/schedule"
	"feedstation/internal/secret"
)

// scalar is how the single values of a Go type are written.
type scalar struct {
	want  string // what it is, in the words of the faults
	tag   string // the YAML tag of such values
	parse func(text string) (any, error)
}

const (
	wantText  = "text"
	wantKey   = "text or a whole number"
	textTag   = "!!str"
	numberTag = "!!int"
)

// storeKey is what a content store calls something: a text, or a number as it is
// written in decimals.
type storeKey string

// scalars are all types that a single value can have.
var scalars = map[reflect.Type]scalar{
	reflect.TypeFor[string]():            {wantText, textTag, parseText},
	reflect.TypeFor[Secret]():            {wantText, textTag, parseSecret},
	reflect.TypeFor[storeKey]():          {wantKey, textTag, func(text string) (any, error) { return storeKey(text), nil }},
	reflect.TypeFor[bool]():              {"true or false", "!!bool", parseBool},
	reflect.TypeFor[int]():               {"a whole number", "!!int", parseInt},
	reflect.TypeFor[time.Duration]():     {"a duration", textTag, parseDuration},
	reflect.TypeFor[tag]():               {"a language", textTag, parseTag},
	reflect.TypeFor[*time.Location]():    {"a time zone", textTag, parseZone},
	reflect.TypeFor[network.Signal]():    {"yes or no", textTag, parseSignal},
	reflect.TypeFor[netip.Prefix]():      {"a range of addresses", textTag, parsePrefix},
	reflect.TypeFor[schedule.Schedule](): {"a schedule", textTag, func(text string) (any, error) { return schedule.Parse(text) }},
}

// parseText reads any text but one that nobody can have meant. An empty one is as the key's
// absence, or missing.
func parseText(text string) (any, error) {
	if isBlank(text) {
		return nil, errBlank
	}
	if strings.ContainsFunc(text, isControl) || !utf8.ValidString(text) {
		return nil, fmt.Errorf("want text without control characters, got %s", quote(text))
	}
	return text, nil
}

func parseSecret(text string) (any, error) {
	if isBlank(text) {
		return nil, errBlank
	}
	return NewSecret(text), nil
}

var errBlank = errors.New("want text, got only spaces")

func isBlank(text string) bool { return text != "" && strings.TrimSpace(text) == "" }

func parseBool(text string) (any, error) {
	switch text {
	case "true", "True", "TRUE": // as in YAML's core schema
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	return nil, fmt.Errorf("want true or false, got %s", quote(text))
}

// parseInt reads decimal numbers only: YAML 1.1, YAML 1.2 and Go do not agree
// on what 010 is.
func parseInt(text string) (any, error) {
	n, err := strconv.Atoi(text)
	if errors.Is(err, strconv.ErrRange) {
		return nil, fmt.Errorf("too large: %s", quote(text))
	}
	if err != nil || strconv.Itoa(n) != text {
		return nil, fmt.Errorf("want a whole number, got %s", quote(text))
	}
	return n, nil
}

func parseDuration(text string) (any, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil, fmt.Errorf("want a duration such as 500ms, 30s or 10m, got %s", quote(text))
	}
	return d, nil
}

// tag is a language tag in its usual spelling, as in zh-CN.
type tag string

// parseTag reads BCP 47. Of the subtags only registered ones are accepted.
func parseTag(text string) (any, error) {
	t, err := language.Raw.Parse(text)
	// The library also takes zh_CN, as POSIX writes it.
	if err != nil || strings.Contains(text, "_") {
		return nil, fmt.Errorf("want a language (BCP 47) such as zh-CN, got %s", quote(text))
	}
	return tag(t.String()), nil
}

func parseZone(text string) (any, error) {
	zone, err := time.LoadLocation(text)
	// LoadLocation takes "" for UTC and Local for the machine's.
	if err != nil || text == "" || text == "Local" {
		return nil, fmt.Errorf("want a time zone such as Asia/Shanghai, got %s", quote(text))
	}
	return zone, nil
}

// quote returns text for a fault: at most 80 characters, and without what may
// be a user and a password before an @, or a password behind its key.
func quote(text string) string {
	const longest = 80
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		scheme, rest = "", text
	} else {
		scheme += "://"
	}
	user, at := "", strings.LastIndexByte(rest, '@')
	if at >= 0 {
		user, rest = hidden, rest[at:]
	}
	text = scheme + user + secret.New(secret.InDSN(rest)...).Text(rest)
	if chars := []rune(text); len(chars) > longest {
		text = string(chars[:longest]) + "…"
	}
	return strconv.Quote(text)
}
