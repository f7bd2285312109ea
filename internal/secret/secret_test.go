package secret_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"feedstation/internal/secret"
)

func TestRedactor(t *testing.T) {
	tests := []struct{ name, secret, text, want string }{
		{"none", "", "connect to db", "connect to db"},
		{"whole", "hunter22", "password hunter22 refused", "password [secret] refused"},
		{"twice", "hunter22", "hunter22hunter22", "[secret][secret]"},
		{"in another case", "HunTer22", "lookup hUnter22: no such host", "lookup [secret]: no such host"},
		{"behind an @", "p@ss-CANARY", "lookup ss-CANARY@127.0.0.1", "lookup [secret]@127.0.0.1"},
		{"each piece", "aaaa@bbbb/cccc", "aaaa and bbbb and cccc", "[secret] and [secret] and [secret]"},
		{"what follows a cut", "a:b@c@d", "lookup b@c@d", "lookup [secret]"},
		{"short pieces are in every text", "a@b", "a bad host", "a bad host"},
		{"decoded", "hunter%3222", "hunter222", "[secret]"},
		{"decoded, with a broken encoding", "hunter%3222%zz", "hunter222", "[secret]"},
		{"encoded", "密码密码", "%E5%AF%86%E7%A0%81%E5%AF%86%E7%A0%81", "%[secret]"},
		{"quoted", `hunter"22-canary`, `"22-canary\""`, `"[secret]\""`},
		{"what is hidden already", "secret", "[secret] secret", "[secret] [secret]"},
		{"cut off", "canary-of-sixty-four-bytes", "canary-of-six does not exist", "[secret] does not exist"},
		{"broken UTF-8", "canary\xffhunter", "hunter \xff canary", "[secret] \xff [secret]"},
		{"its beginning alone is no secret", "database-2", "data", "data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := secret.New(tt.secret)
			if got := r.Text(tt.text); got != tt.want {
				t.Errorf("Text(%q) = %q, want %q", tt.text, got, tt.want)
			}
			err := r.Error(fmt.Errorf("%s: %w", tt.text, io.EOF))
			if got := fmt.Sprintf("%v", fmt.Errorf("content: %w", err)); got != "content: "+tt.want+": EOF" || !errors.Is(err, io.EOF) {
				t.Errorf("Error() = %q", got)
			}
		})
	}
	var none *secret.Redactor
	if none.Text("a text") != "a text" || none.Error(nil) != nil {
		t.Error("a nil redactor changes something")
	}
}

func TestInDSN(t *testing.T) {
	tests := []struct {
		name, dsn string
		want      string // joined by a space
	}{
		{"URL", "postgres://reader:hunter2@db.example/cms", ":hunter2"},
		{"with an @", "postgres://reader:p@ss@db.example/cms", ":p@ss"},
		{"without a user", "postgres://:hunter2@db.example/cms", ":hunter2"},
		{"a user alone", "postgres://reader@db.example/cms", ""},
		{"another separator", "postgres://reader;hunter2@db.example/cms", ";hunter2"},
		{"an @ among the parameters", "postgres://r:p?x@db.example/cms?a=b@c", ":p?x@db.example/cms?a=b"},
		{"a parameter", "postgres://db.example/cms?password=hun&ter&sslmode=require", "hun&ter"},
		{"keywords", "host=db.example password='hun ter' dbname=cms", "'hun ter'"},
		{"keywords with an @", "host=db.example password=a@b user=c", "a@b"},
		{"keywords, spaces and capitals", "PASSWORD = hunter2", "hunter2"},
		{"MySQL", "reader:p@/x@tcp(db.example:3306)/cms", ":p@/x"},
		{"a path", "var/content.db", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(secret.InDSN(tt.dsn), " "); got != tt.want {
				t.Errorf("InDSN(%q) = %q, want %q", tt.dsn, got, tt.want)
			}
		})
	}
}
