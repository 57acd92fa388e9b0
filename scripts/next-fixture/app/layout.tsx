import type { ReactNode } from "react";
import "./style.css";

export const metadata = { title: "Pictures", icons: { icon: "data:," } };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
