package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const canary = "hunter2"

// holder keeps secrets where package fmt can't call their methods.
type holder struct {
	secret Secret
	nested struct{ redis Redis }
}

func TestSecretIsNeverPrinted(t *testing.T) {
	secret := NewSecret(canary)
	c, err := Parse("f.yaml", []byte(city), []string{
		"FEEDSTATION_CONTENT_DSN=var/" + canary + ".db",
		"FEEDSTATION_CACHE_REDIS_ADDRS=127.0.0.1:6379",
		"FEEDSTATION_CACHE_REDIS_MODE=sentinel",
		"FEEDSTATION_CACHE_REDIS_MASTER=main",
		"FEEDSTATION_CACHE_REDIS_PASSWORD=" + canary,
		"FEEDSTATION_CACHE_REDIS_SENTINEL_PASSWORD=" + canary,
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Cache.Redis.Password.Reveal() != canary || c.Cache.Redis.SentinelPassword.Reveal() != canary {
		t.Fatal("the canary is not in the configuration")
	}
	var held holder
	held.secret, held.nested.redis = secret, *c.Cache.Redis

	for _, tt := range []struct {
		name  string
		value any
	}{
		{"secret", secret},
		{"pointer", &secret},
		{"list", []Secret{secret}},
		{"map", map[string]Secret{"a": secret}},
		{"configuration", c},
		{"configuration's value", *c},
		{"content", c.Content},
		{"redis", c.Cache.Redis},
		{"redis' value", *c.Cache.Redis},
		{"unexported", held},
		{"pointer to unexported", &held},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for text, printed := range printings(t, tt.value) {
				if strings.Contains(printed, canary) || strings.Contains(printed, fmt.Sprintf("%x", canary)) {
					t.Errorf("%s gives %s", text, printed)
				}
			}
		})
	}
}

// printings returns value in all forms that values are printed in.
func printings(t *testing.T, value any) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%+q"} {
		all[verb] = fmt.Sprintf(verb, value)
	}
	all["Sprint"] = fmt.Sprint(value)
	all["Errorf"] = fmt.Errorf("connect: %w, %v", fmt.Errorf("%v", value), value).Error()

	var text, lines bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("start", "value", value, slog.Group("group", "value", value))
	slog.New(slog.NewJSONHandler(&lines, nil)).Info("start", "value", value, slog.Group("group", "value", value))
	all["slog text"], all["slog json"] = text.String(), lines.String()

	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	all["json"] = string(encoded)
	if encoded, err = yaml.Dump(value); err != nil {
		t.Fatal(err)
	}
	all["yaml"] = string(encoded)
	return all
}

func TestSecretForms(t *testing.T) {
	tests := []struct {
		name   string
		secret Secret
		want   string
		reveal string
	}{
		{"set", NewSecret(canary), "[secret]", canary},
		{"empty", NewSecret(""), "", ""},
		{"zero", Secret{}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.secret.Reveal(); got != tt.reveal {
				t.Errorf("Reveal() = %q, want %q", got, tt.reveal)
			}
			text, err := tt.secret.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			for form, got := range map[string]string{
				"String": tt.secret.String(), "GoString": tt.secret.GoString(), "MarshalText": string(text),
				"LogValue": tt.secret.LogValue().String(), "%v": fmt.Sprintf("%v", tt.secret), "%#v": fmt.Sprintf("%#v", tt.secret),
			} {
				if got != tt.want {
					t.Errorf("%s = %q, want %q", form, got, tt.want)
				}
			}
		})
	}
	if !NewSecret("a").Equal(NewSecret("a")) || NewSecret("a").Equal(NewSecret("b")) || !NewSecret("").Equal(Secret{}) {
		t.Error("Equal does not compare the texts")
	}
}

// TestFaultsHideSecrets writes secrets wrongly, in the ways that people do.
func TestFaultsHideSecrets(t *testing.T) {
	redis := func(text string) string { return "cache:\n  redis:\n    addrs: [127.0.0.1:6379]\n    " + text + "\n" }
	tests := []struct {
		name    string
		file    string // after city
		environ []string
	}{
		{name: "a list", file: redis("password: [hunter2]")},
		{name: "a mapping", file: redis("password: {hunter2: 1}")},
		{name: "no colon", file: redis("password hunter2")},
		{name: "no colon in braces", file: "cache: {redis: {password hunter2}}\n"},
		{name: "no space behind the colon", file: redis("password:hunter2")},
		{name: "no space in braces", file: "cache: {redis: {password:hunter2}}\n"},
		{name: "a key of an address", file: "content: {dsn:postgres://feedstation:hunter2@db.example/cms}\n"},
		{name: "an alias", file: redis("password: *hunter2")},
		{name: "an anchor", file: redis("password: &hunter2")},
		{name: "a tag", file: redis("password: !hunter2")},
		{name: "a comment sign", file: redis("password: @hunter2")},
		{name: "a percent sign", file: redis("password: %hunter2")},
		{name: "an open quote", file: redis("password: 'hunter2")},
		{name: "an escape", file: redis(`password: "hunter2\q"`)},
		{name: "twice", file: redis("password: hunter2\n    password: hunter2")},
		{name: "in the address of Redis", file: "cache:\n  redis:\n    addrs: ['redis://u:p#hunter2@127.0.0.1:6379']\n"},
		{name: "before the address of Redis", file: "cache:\n  redis:\n    addrs: [hunter2@127.0.0.1:6379]\n"},
		{name: "halves of a password in the address of Redis", environ: []string{"FEEDSTATION_CACHE_REDIS_ADDRS=redis://:a,hunter2,b@127.0.0.1:6379"}},
		{name: "the first half of a password in the address of Redis", environ: []string{"FEEDSTATION_CACHE_REDIS_ADDRS=redis://:hunter2,b@127.0.0.1:6379"}},
		{name: "behind the address of Redis", environ: []string{"FEEDSTATION_CACHE_REDIS_ADDRS=redis://127.0.0.1:6379?password=hunter2"}},
		{name: "keywords in the driver's place", file: "content:\n  driver: host=db.example password=hunter2\n"},
		{name: "keywords in the address of a listener", environ: []string{"FEEDSTATION_SERVER_LISTEN=host=db.example password=hunter2"}},
		{name: "keywords for sqlite", file: "content:\n  dsn: host=db.example password=hunter2\n"},
		{name: "MySQL's DSN without a network for sqlite", file: "content:\n  dsn: u:hunter2@/cms\n"},
		{name: "a parameter of the embedded store", file: "content:\n  dsn: var/content.db?_key=hunter2\n"},
		{name: "without sentinels", file: redis("sentinel_password: hunter2")},
		{name: "in a station's address", environ: []string{"FEEDSTATION_STATIONS_XT_URL=https://u:hunter2@xt.news.example"}},
		{name: "in a station's broken address", environ: []string{"FEEDSTATION_STATIONS_XT_URL=https://u:hunter2@xt.news.example:%zz"}},
		{name: "in a picture's address", environ: []string{"FEEDSTATION_STATIONS_XT_LOGO=https://u:hunter2@xt.news.example/logo.png"}},
		{name: "in a host", environ: []string{"FEEDSTATION_SERVER_HOSTS=u:hunter2@xt.news.example"}},
		{name: "another store's DSN", file: "content:\n  driver: postgres\n  dsn: u:hunter2@tcp(db.example:3306)/cms\n"},
		{name: "another store's DSN for sqlite", file: "content:\n  dsn: u:hunter2@tcp(db.example:3306)/cms\n"},
		{name: "DSN in the section's place", file: "content: postgres://u:hunter2@db.example/cms\n"},
		{name: "DSN in the driver's place", file: "content:\n  driver: postgres://u:hunter2@db.example/cms\n"},
		{name: "both variables", environ: []string{"FEEDSTATION_CONTENT_DSN=hunter2", "FEEDSTATION_CONTENT_DSN_FILE=" + secretFile(t, canary)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(city+tt.file), tt.environ)
			if err == nil {
				t.Fatal("no error")
			}
			for _, form := range []string{err.Error(), fmt.Sprintf("%+v %#v %q", err, err, err)} {
				if strings.Contains(form, canary) {
					t.Errorf("the fault shows it: %s", form)
				}
			}
		})
	}
}

func TestSafeDSN(t *testing.T) {
	tests := []struct{ name, dsn, want string }{
		{"path", "var/content.db", "var/content.db"},
		{"path with parameters", "var/content.db?_key=hunter2", "var/content.db"},
		{"empty", "", ""},
		{"address", "postgres://db.news.example:5432/cms", "postgres://db.news.example:5432/cms"},
		{"address with user", "postgres://cms:hunter2@db.news.example:5432/cms", "postgres://[secret]@db.news.example:5432/cms"},
		{"address with parameters", "postgres://cms:hunter2@db.news.example/cms?sslmode=require", "postgres://[secret]@db.news.example/cms"},
		{"password as parameter", "postgres://db.news.example/cms?password=hunter2", "postgres://db.news.example/cms"},
		{"password with @ as parameter", "postgres://db.news.example/cms?password=a@hunter2", "[secret]"},
		{"password with /", "postgres://cms:a/hunter2@db.news.example/cms", "postgres://[secret]@db.news.example/cms"},
		{"password with @", "postgres://cms:hunter2@hunter2@db.news.example/cms", "postgres://[secret]@db.news.example/cms"},
		{"password with ?", "postgres://cms:a?hunter2@db.news.example/cms", "[secret]"},
		{"password with #", "postgres://cms:a#hunter2@db.news.example/cms", "[secret]"},
		{"address without host", "postgres://cms:hunter2", "[secret]"},
		{"keywords", "host=db.news.example user=cms password=hunter2", "[secret]"},
		{"keywords with @", "host=db.news.example password=hunter2@hunter2", "[secret]"},
		{"MySQL", "cms:hunter2@tcp(db.news.example:3306)/cms?tls=true", "[secret]@tcp(db.news.example:3306)/cms"},
		{"MySQL with / and @", "cms:a/b@hunter2@tcp(db.news.example:3306)/cms", "[secret]@tcp(db.news.example:3306)/cms"},
		{"keywords with an address", "host=db password=a/hunter2://b", "[secret]"},
		{"keywords with an address and @", "host=db password=hunter2://a@b", "[secret]"},
		{"another address with password", "postgres://db.news.example/hunter2@a?password=hunter2", "postgres://[secret]@a"},
		{"MySQL without host", "cms:hunter2", "[secret]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Content{Driver: Postgres, DSN: NewSecret(tt.dsn)}.SafeDSN()
			if got != tt.want {
				t.Errorf("SafeDSN() of %s = %q, want %q", tt.dsn, got, tt.want)
			}
			if strings.Contains(got, canary) {
				t.Errorf("SafeDSN() of %s shows the password", tt.dsn)
			}
		})
	}
}
