#!/usr/bin/env bash
# git: commits, branches with a conflict, clone, fetch and push by path, bundle, worktree, garbage collection.
set -euo pipefail
cd "$(mktemp -d)"
export GIT_AUTHOR_NAME=Author GIT_AUTHOR_EMAIL=author@example.org GIT_AUTHOR_DATE='2024-01-01T00:00:00Z'
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE

git init --quiet --initial-branch main project
cd project
seq 1 200 >numbers
printf 'Grüße\n' >text
git add .
git commit --quiet --message 'First'
sed -i 's/^100$/one hundred/' numbers
git diff --stat
git diff --unified=0 | tail -n +5
git commit --quiet --all --message 'Second'
git log --format='%h %s'

git switch --quiet --create side HEAD~
sed -i 's/^100$/hundred/' numbers
git commit --quiet --all --message 'Side'
git merge main >/dev/null 2>&1 || echo "conflict: $(git diff --name-only --diff-filter=U)"
git checkout --quiet --ours numbers
git commit --quiet --all --message 'Merge'
git log --graph --format=%s
git blame --porcelain numbers | grep -c '^summary'
git tag --annotate --message 'Version 1' v1
git bisect start --quiet HEAD HEAD~2 2>/dev/null || true
git bisect reset --quiet 2>/dev/null || true

cd ..
git clone --quiet project copy
git -C copy log -1 --format=%s
git clone --quiet --bare --no-hardlinks project bare.git
cd copy
for number in $(seq 1 20); do
  echo "$number" >>log
  git add log
  git commit --quiet --message "Number $number"
done
git push --quiet ../bare.git side
git gc --quiet
git fsck --strict
git count-objects -v | grep -E '^(count|packs)'
git bundle create --quiet ../all.bundle --all
git worktree add --quiet ../tree v1
git stash list | wc -l
cd ..
git clone --quiet --branch side all.bundle from-bundle
git -C from-bundle rev-list --count HEAD
git -C bare.git log -1 --format='%H %s' side
git -C tree describe
git -C project archive --format=tar side | tar -t | sort
